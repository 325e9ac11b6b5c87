#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ci/patches: each begins with its license, applies to the sources that are here, alone and with the others, as it is;
# and the defects that can be put back are those of corpus/defects.tsv.
# test_patches.sh SOURCE
set -eu
cd "$1"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for patch in ci/patches/*.patch; do
    head -n 1 "$patch" | grep -qx "SPDX-License-Identifier: GPL-2.0-or-later"
done

sed -n '/^+#define HARDSTOP_DEFECTS(X)/,/[^\\]$/p' ci/patches/defects-10.0.patch | grep -o 'X([a-z0-9_]*)' |
    sed 's/X(//;s/)//' | sort >"$work/patch"
sed '/^#/d' corpus/defects.tsv | cut -f 1 | sort >"$work/table"
[ "$(wc -l <"$work/table")" -ge 24 ]
diff "$work/patch" "$work/table"
# Each is a switch somewhere, and each switch is one of them.
grep -ho '^+.*HARDSTOP([a-z0-9_]*' ci/patches/defects-10.0.patch ci/patches/answers-10.0.patch |
    sed -n 's/.*HARDSTOP(\([a-z0-9_]*\)$/\1/p' | grep -vx name | sort -u >"$work/used"
diff "$work/used" "$work/table"

# apply TREE PATCH...: to copies of what they change; 0 when all of it fits where it says, without fuzz.
apply() {
    tree=$1
    shift
    rm -rf "$work/copy"
    mkdir "$work/copy"
    sed -n 's|^+++ b/\([^[:space:]]*\).*|\1|p' "$@" | sort -u | while read -r name; do
        mkdir -p "$work/copy/$(dirname "$name")"
        [ ! -e "$tree/$name" ] || cp "$tree/$name" "$work/copy/$name"
    done
    for patch; do
        patch -d "$work/copy" -p1 -F 0 -s -f <"$patch" >"$work/said" 2>&1 || return 1
    done
}
cache=${HARDSTOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hardstop}/qemu
applied=0
for tree in "$cache"/source/10.0.*; do
    [ -e "$tree/VERSION" ] || continue
    for order in answers defects "answers defects" "defects answers"; do
        # shellcheck disable=SC2046
        apply "$tree" $(printf 'ci/patches/%s-10.0.patch ' $order) || { cat "$work/said"; echo "$order: $tree" >&2; exit 1; }
    done
    sed 's/^-    if (num > VIRTIO_QUEUE_MAX) {/-    if (num >= VIRTIO_QUEUE_MAX) {/' ci/patches/defects-10.0.patch >"$work/spoilt"
    if apply "$tree" "$work/spoilt"; then
        echo "a patch for another source applies" >&2
        exit 1
    fi
    applied=$((applied + 1))
done
echo "sources they apply to: $applied"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claim: hardstop vet fails, and names the field, by a QEMU whose array has become longer, that lacks a check, or that does
# not compare footers; and by none that is the same.  The patches of ci/patches, behind switches; skipped (77) without a
# QEMU of them.
# test_vet_worse.sh HARDSTOP
set -eu
hardstop=$1
cache=${HARDSTOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hardstop}/qemu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The newest build with both patches.
qemu=$(ls -t "$cache"/bin/qemu-system-s390x-*-incompatibilities-defects* 2>/dev/null | head -n 1)
if [ ! -x "$qemu" ]; then
    echo "not tested: there is no QEMU of ci/qemu --source --target s390x --patch incompatibilities --patch defects trixie"
    exit 77
fi
ln -s "$qemu" "$work/qemu-system-s390x-old"

# vet STATUS SWITCH WORDS OPTION...: the QEMU with that switch against itself without.
vet() {
    wanted=$1 switch=$2 words=$3 status=0
    shift 3
    printf '#!/bin/sh\n%s exec "%s" "$@"\n' "$switch" "$qemu" >"$work/qemu-system-s390x-new"
    chmod +x "$work/qemu-system-s390x-new"
    "$hardstop" vet --qemu "$work/qemu-system-s390x-new" --against "$work/qemu-system-s390x-old" --work "$work/vet" \
        "$@" >"$work/said" 2>&1 || status=$?
    if [ $status != "$wanted" ] || ! grep -q -e "$words" "$work/said"; then
        echo "test_vet_worse: $switch: exit status $status, and no \"$words\"" >&2
        head -n 30 "$work/said" | cut -c1-300 >&2
        exit 1
    fi
}

audit="--steps audit --budget 80s --minimum known"
# shellcheck disable=SC2086  # words
{
    vet 0 "" '^1 clean, 0 worse' $audit
    vet 1 HARDSTOP_DEFECTS=features 'features_64bit.guest_features' $audit
    vet 1 HARDSTOP_DEFECTS=footer_mark 'footer.mark: accepted' $audit
    vet 1 HARDSTOP_INCOMPATIBLE=array_grown 'layout: virtio-net virtio.net.*grown, [0-9]* to' --steps compat
}

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claims: each patch of ci/patches applies to the sources of QEMU that ci/qemu --source has fetched and that it is for.
# Skipped (77) where there is no source.
# test_qemu_patches.sh SOURCE
set -eu

cache=${HARDSTOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hardstop}/qemu
build=$(mktemp -d) log=/dev/null here=$1/ci
trap 'rm -rf "$build"' EXIT
fail() {
    echo "$*" >&2
    exit 1
}
. "$here/qemu.d/special.sh"

count=0
for tree in "$cache"/source/*; do
    [ -e "$tree/VERSION" ] || continue
    for name in $(list_patches); do
        # One for another version alone is not for this one.
        (patch_file "$name") >/dev/null 2>&1 || continue
        patches=$name
        make_copies
        count=$((count + 1))
    done
done
[ "$count" -gt 0 ] || exit 77
echo "$count patches apply"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claim: what ci/qemu has unpacked is entered like an installed QEMU, with libraries, firmware and modules of its own: it
# accepts its own state, and rejects it when a byte is missing.  For each suite of $HARDSTOP_QEMUS (ci/test sets it), or
# bookworm; what the cache lacks is not tested, and the exit status is then 77.
# test_unpacked.sh HARDSTOP
set -eu
hardstop=$1
bin=${HARDSTOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hardstop}/qemu/bin

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "test_unpacked: $*" >&2
    exit 1
}

# try QEMU MACHINE DEVICE
try() {
    "$hardstop" capture --qemu "$1" --machine "$2" --memory 4M --device "$3" --section virtio-gpu -o "$work/whole"
    "$hardstop" load --trust-setup "$work/whole" >"$work/words"
    grep -qx accepted "$work/words" || fail "$1 does not accept its own state: $(cat "$work/words")"
    "$hardstop" damage "$work/whole" --section virtio-gpu --delete 8:1 -o "$work/cut"
    "$hardstop" load --trust-setup "$work/cut" >"$work/words"
    grep -q '^rejected in section .*/virtio-gpu$' "$work/words" || fail "$1 misses no byte: $(cat "$work/words")"
}

status=0
for suite in ${HARDSTOP_QEMUS:-bookworm}; do
    qemu=$bin/qemu-system-s390x-$suite
    if [ ! -x "$qemu" ]; then
        echo "not tested: $suite, which is not in $bin"
        status=77
        continue
    fi
    root=$(dirname "$(readlink -f "$qemu")")/../..
    root=$(cd "$root" && pwd -P)
    for file in "$bin"/qemu-system-*-"$suite"; do
        ldd "$file" | grep '/' >"$work/libraries"
        ! grep -vF "$root/" "$work/libraries" || fail "$file: these libraries are not its own"
    done
    # The device is a module, and each machine needs firmware.
    try "$qemu" s390-ccw-virtio virtio-gpu-ccw virtio-gpu
    try "$bin/qemu-system-x86_64-$suite" q35 virtio-gpu-pci virtio-gpu
done
exit $status

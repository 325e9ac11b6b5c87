#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claim: what ci/qemu has unpacked is entered like an installed QEMU, with libraries, firmware and modules of its own: it
# accepts its own state, rejects it when a byte is missing, our small guest runs in it, and each byte of its virtio
# devices has a name.  For each
# suite of $HARDSTOP_QEMUS (ci/test sets it), or bookworm; what the cache lacks is not tested, and the exit status is
# then 77.
# test_unpacked.sh HARDSTOP
set -eu
hardstop=$1
. "$(dirname "$0")/unpacked.sh"

# try QEMU MACHINE DEVICE
try() {
    "$hardstop" capture --qemu "$1" --machine "$2" --memory 4M --device "$3" --section virtio-gpu -o "$work/whole"
    "$hardstop" load --trust-setup "$work/whole" >"$work/words"
    grep -qx accepted "$work/words" || fail "$1 does not accept its own state: $(cat "$work/words")"
    "$hardstop" damage "$work/whole" --section virtio-gpu --delete 8:1 -o "$work/cut"
    "$hardstop" load --trust-setup "$work/cut" >"$work/words"
    grep -q '^rejected in section .*/virtio-gpu$' "$work/words" || fail "$1 misses no byte: $(cat "$work/words")"
}

# run QEMU MACHINE DEVICE: the small guest leaves the device in use.
run() {
    "$hardstop" capture --guest --qemu "$1" --machine "$2" --device "$3" --section virtio-rng -o "$work/used.textproto"
    grep -q 'queue { num: 8 .*last_avail_idx: [1-9]' "$work/used.textproto" || fail "$1: no guest used the device"
}

# named QEMU FIELD OPTION...: the field is there, and no byte of the device's section lacks a name.
named() {
    qemu=$1 field=$2
    shift 2
    "$hardstop" capture --qemu "$qemu" --machine q35 "$@" --device virtio-rng-pci -o "$work/whole.textproto"
    "$hardstop" show "$work/whole.textproto" >"$work/words"
    grep -q " $field " "$work/words" || fail "$qemu: no $field"
    ! grep ' virtio ' "$work/words" || fail "$qemu: the tables do not fit a virtio device"
}

status=0
for suite in ${HARDSTOP_QEMUS:-bookworm}; do
    # Those built from source have a test of their own.
    case $suite in *-source) continue ;; esac
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
    run "$qemu" s390-ccw-virtio virtio-rng-ccw
    qemu=$bin/qemu-system-x86_64-$suite
    try "$qemu" q35 virtio-gpu-pci virtio-gpu
    run "$qemu" q35 virtio-rng-pci
    named "$qemu" virtio.gpu.scanouts.max_outputs --device virtio-gpu-pci,max_outputs=3
    named "$qemu" virtio.net.mac --device virtio-net-pci,rss=on,packed=on
    named "$qemu" 'virtio[._]mem[a-z_]*.addr' --memory 4M,slots=1,maxmem=1G --device virtio-mem-pci,memdev=m0 \
        --option=-object --option=memory-backend-ram,id=m0,size=16M
done
exit $status

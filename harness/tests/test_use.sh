#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claim: what is found when an accepted device is used, an unmodified QEMU shows: what its guest does, by qtest, what a
# management tool does, by QMP, and what a reset leaves.
# test_use.sh HARDSTOP CORPUS FOLDER
set -eu
hardstop=$1
seeds=$2/cases/seeds
place=$3

fail() {
    echo "test_use: $*" >&2
    exit 1
}

rm -rf "$place"
mkdir -p "$place"

# confirm SEED POKES: what it says goes to $place/out.
confirm() {
    status=0
    "$hardstop" repro --confirm --poke="$2" -o "$place/out.mig" "$seeds/$1.textproto" >"$place/out" 2>&1 || status=$?
    [ "$status" -lt 2 ] || fail "$1 $2: status $status: $(cat "$place/out")"
}

says() {
    grep -q "$1" "$place/out" || fail "not said: $1: $(cat "$place/out")"
}

# A guest resets the device: an assertion.
confirm pci/net cont,registers
says "^CONFIRMED on an unmodified QEMU: crashed, SIGABRT$"
says "^  and then, by QMP: cont$"
says "^  with -qtest, each line of $place/out.mig.qtest, the last: outb 0xc[0-9a-f]* 0x0$"
[ "$(tail -n 1 "$place/out.mig.qtest" | cut -d ' ' -f 1)" = outb ] || fail "another last line"
# Behind a root port, which the guest has to open first.
confirm pcie/net registers
says "^CONFIRMED on an unmodified QEMU: crashed, SIGABRT$"
# What a reset leaves, alone and after all that goes before it; nothing is executed meanwhile.
for seed in pci/blk ccw/rng mmio/balloon; do
    confirm $seed reset
    says "^CONFIRMED on an unmodified QEMU: accepted, and after a reset a field is not that of a fresh machine$"
done
for pokes in cont,reset cont,reset,unplug all; do
    confirm ccw/rng $pokes
    says "^CONFIRMED on an unmodified QEMU: accepted, and after a reset a field is not that of a fresh machine$"
    says "^  and then, by QMP: cont, stop, system_reset"
done
# A clock with a battery goes on, whatever is reset.
"$hardstop" capture -q qemu-system-x86_64 -M pc --device virtio-rng-pci --section mc146818rtc -o "$place/rtc.textproto" >/dev/null
"$hardstop" repro --confirm --poke=reset -o "$place/out.mig" "$place/rtc.textproto" >"$place/out" || fail "a clock is left"
# What is read is not written over.
cp "$seeds/pci/rng.textproto" "$place/x.mig.qtest"
status=0
"$hardstop" repro --confirm --poke=kick -o "$place/x.mig" "$place/x.mig.qtest" >"$place/out" 2>&1 || status=$?
[ $status = 2 ] && cmp -s "$seeds/pci/rng.textproto" "$place/x.mig.qtest" || fail "the case was written over"
confirm ccw/rng all
says "^CONFIRMED on an unmodified QEMU: accepted, and after a reset a field is not that of a fresh machine$"
says "^  and then, by QMP: cont, stop, system_reset, device_del$"
! grep -q "with -qtest" "$place/out" || fail "a guest of s390x acts"
# As JSON.
"$hardstop" repro --json --confirm --poke=cont,registers -o "$place/out.mig" "$seeds/pci/net.textproto" >"$place/json" || :
python3 - "$place/json" "$place/out.mig.qtest" <<'END'
import json, sys
told = json.load(open(sys.argv[1]))
assert told["confirmed"] is True and told["commands"] == "cont" and told["acts"] == sys.argv[2], told
END

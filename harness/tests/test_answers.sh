#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The answers of 2015 in the real loader, a QEMU of ci/qemu --source --patch answers.  The historic change is refused in
# both directions, under each framing; the property leaves two bytes out, by itself for an old machine type; a
# subsection is sent where there is something to send; and where writer and reader disagree, a length finds each
# damage.  Skipped (77) without such a QEMU.
# test_answers.sh HARDSTOP SOURCE [QEMU]
set -eu
hardstop=$1
cd "$2"
cache=${HARDSTOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hardstop}/qemu
qemu=${3:-$(ls "$cache"/bin/qemu-system-s390x-*-answers* 2>/dev/null | head -n 1)}
if [ ! -x "$qemu" ]; then
    echo "not tested: there is no QEMU of ci/qemu --source --target s390x --patch answers trixie"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
off="--global virtio-ccw-device.x-migrate-config-vector=off"

# expect VERDICT STREAM OPTION...: what a load gives.
expect() {
    verdict=$1 stream=$2
    shift 2
    "$hardstop" load "$work/$stream" "$@" >"$work/said" 2>&1 || [ $? = 1 ]
    grep -q "^$verdict" "$work/said" || { echo "$stream: not $verdict"; cat "$work/said"; exit 1; }
}

for framing in legacy footer sized; do
    setup="--qemu $qemu --machine s390-ccw-virtio-7.2 --framing $framing --device virtio-net-ccw --device virtio-rng-ccw"
    "$hardstop" capture $setup $off -o "$work/old.mig"
    "$hardstop" capture $setup -o "$work/new.mig"
    [ $(($(stat -c %s "$work/new.mig") - $(stat -c %s "$work/old.mig"))) -ge 4 ]
    expect accepted old.mig $setup $off
    expect accepted new.mig $setup
    expect rejected old.mig $setup
    expect rejected new.mig $setup $off
done

# As a subsection: without a vector none is sent, and either side loads that; one that a guest has set up is sent, and
# loaded by a side that knows it, and by no other.
subsection="--global virtio-ccw-device.x-config-vector-subsection=on"
for framing in legacy footer sized; do
    setup="--qemu $qemu --machine s390-ccw-virtio-7.2 --framing $framing --device virtio-net-ccw --device virtio-rng-ccw"
    "$hardstop" capture $setup $off -o "$work/old.mig"
    "$hardstop" capture $setup $subsection -o "$work/quiet.mig"
    "$hardstop" capture $setup $subsection --guest -o "$work/busy.mig"
    expect accepted old.mig $setup $subsection
    expect accepted quiet.mig $setup $off
    expect accepted busy.mig $setup $subsection
    expect rejected busy.mig $setup $off
    grep -q "s390_virtio_ccw_dev/config_vector" "$work/busy.mig"
    if grep -q "s390_virtio_ccw_dev/config_vector" "$work/quiet.mig"; then
        echo "a subsection is sent where there is no vector"
        exit 1
    fi
done

# A machine type of before the change is one without it, on both sides.
for machine in 2.12 3.0; do
    setup="--qemu $qemu --machine s390-ccw-virtio-$machine --device virtio-rng-ccw"
    "$hardstop" capture $setup --section virtio-rng -o "$work/$machine.textproto"
    "$hardstop" show "$work/$machine.textproto" | sed -n '1s/.*payload of \([0-9]*\) bytes.*/\1/p' >"$work/$machine"
done
[ $(($(cat "$work/3.0") - $(cat "$work/2.12"))) = 2 ]

"$hardstop" experiment --qemu "$qemu" --devices rng --transports ccw --states fresh --framings sized,written --json \
    --work "$work" --examples "$work" >"$work/experiment.json" || [ $? = 1 ]
python3 - "$work/experiment.json" <<'END'
import json, sys
on_the_way, written = [trial["verdicts"] for trial in json.load(open(sys.argv[1]))["trials"]]
assert on_the_way["garbage"] > 100000, on_the_way
assert sum(written.values()) == written["rejected"] > 100000, written
END
# What has no lengths says so.
if "$hardstop" capture --qemu qemu-system-s390x --framing sized -o "$work/none.mig" 2>"$work/said" ||
   ! grep -q "has no sized sections" "$work/said"; then
    cat "$work/said"
    exit 1
fi

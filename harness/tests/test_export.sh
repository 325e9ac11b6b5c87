#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claim: an exported finding is a test that fails on a QEMU with the fault, passes on one without it, and is skipped by
# one that does not take the control, in each kind; it needs nothing of hardstop, and holds no firmware.  On each QEMU of
# $HARDSTOP_QEMUS that is there, and on the installed one, it answers as corpus/versions.tsv says; on all of them, with
# QEMU's own test library, ci/exported.
# test_export.sh HARDSTOP SOURCE
set -eu
. "$(dirname "$0")/unpacked.sh"
hardstop=$1 source=$2
regress=$source/corpus/cases/regress

# export NAME KIND, of the QEMU $faulty
export_as() {
    "$hardstop" export "$regress/$1.textproto" --qemu "$faulty" --as "$2" -o "$work/$1.$2" 2>"$work/said" ||
        fail "$1 as $2: $(cat "$work/said")"
}

# answers STATUS NAME QEMU: of each kind that runs alone; also in a folder with a space, and from elsewhere.
answers() {
    for kind in shell python; do
        status=0
        if [ $kind = shell ]; then
            (cd / && sh "$work/$2.shell" "$3") >"$work/said" 2>&1 || status=$?
        else
            (cd / && QEMU_TEST_QEMU_BINARY="$3" python3 "$work/$2.python") >"$work/said" 2>&1 || status=$?
            ! grep -q '^OK (skipped=1)' "$work/said" || status=77
            ! grep -q '^FAILED (errors=1)' "$work/said" || status=2
        fi
        [ "$status" = "$1" ] || fail "$2 as $kind on $3: $status, not $1: $(cat "$work/said")"
    done
}

installed() {
    command -v "qemu-system-$(case $1 in pc*) echo x86_64 ;; *) echo s390x ;; esac)"
}

# All that there are for a case: the installed one first.
qemus_of() {
    installed "$1"
    for suite in ${HARDSTOP_QEMUS:-}; do
        [ ! -x "$bin/$(basename "$(installed "$1")")-$suite" ] || echo "$bin/$(basename "$(installed "$1")")-$suite"
    done
}

# What corpus/versions.tsv says of a case on a QEMU.
state_of() {
    version=$("$2" -version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')
    awk -F'\t' -v name="$1.textproto" -v version="$version" '$1 == name && $2 == version { print $3 }' \
        "$source/corpus/versions.tsv"
}

# The first of them that has the fault, or may, for what the list says; nothing where all are without it.
with_fault() {
    for qemu in $(qemus_of "$1"); do
        [ "$(state_of "$1" "$qemu")" = fixed ] || { echo "$qemu"; return; }
    done
}

# One for each claim; the last has guest memory, and one QEMU exits with the status of a refusal.
names="ccw-rng-config-vector ccw-rng-legacy-insert ccw-rng-guest-features pci-net-queue-num ccw-blk-elem-in-addr"
for name in $names; do
    faulty=$(with_fault "$name")
    [ -n "$faulty" ] || { echo "$name: none of the QEMUs here is known to have it"; continue; }
    for kind in qtest python shell; do
        export_as "$name" $kind
    done
    for qemu in $(qemus_of "$name"); do
        case $(state_of "$name" "$qemu") in
        fixed)
            answers 0 "$name" "$qemu"
            pair=$name sound=$qemu
            ;;
        *) answers 1 "$name" "$qemu" ;;
        esac
    done
    sed -n '/^#include/,$p' "$work/$name.qtest" | grep -q "qtest_add_func(\"/migration/stream/$(echo "$name" | tr - _)\"" ||
        fail "$name: no function of a qtest"
    ! grep -qi -e SeaBIOS -e iPXE "$work/$name".* || fail "$name: firmware in a test"
    [ "$(wc -c <"$work/$name.shell")" -lt 300000 ] || fail "$name: $(wc -c <"$work/$name.shell") bytes"
    tried="${tried:-} $name"
done
[ "$(echo "${tried:-}" | wc -w)" -ge 3 ] || fail "only these have a QEMU:${tried:-}"

# Of one with the fault beside one without, it is of that with the fault.
if [ "${pair:-}" ]; then
    faulty=$(with_fault "$pair")
    "$hardstop" export "$regress/$pair.textproto" --qemu "$sound" --beside "$faulty" --as shell -o "$work/$pair.shell" \
        2>"$work/said" || fail "$pair of two: $(cat "$work/said")"
    grep -q "of one QEMU: it shows what QEMU .*$(basename "$faulty")" "$work/said" || fail "$(cat "$work/said")"
    "$hardstop" export "$regress/$pair.textproto" --qemu "$faulty" --as python -o "$work/$pair.python"
    answers 1 "$pair" "$faulty"
    answers 0 "$pair" "$sound"
fi

# A control in the place of the stream: taken, where that is no fault; and refused where it must be taken.
name=ccw-rng-config-vector
for kind in shell python; do
    cp "$work/$name.$kind" "$work/kept.$kind"
done
sed '/^file=.*stream/s/stream/ignored/; s/^load stream/load control/' "$work/kept.shell" >"$work/$name.shell"
sed 's/self.load(STREAM)/self.load(CONTROL)/' "$work/kept.python" >"$work/$name.python"
answers 0 "$name" "$(installed "$name")"
sed '/^file=.*control/,/^$/s/^at 0x0000 .*/at 0x0000 "x"/' "$work/kept.shell" >"$work/$name.shell"
sed "/^CONTROL/,/^}/s/0x0000: '..../0x0000: '0000/" "$work/kept.python" >"$work/$name.python"
answers 77 "$name" "$(installed "$name")"

# What is not there, is no program, or does not know the machine has not been asked.
cp "$work/kept.shell" "$work/$name.shell"
cp "$work/kept.python" "$work/$name.python"
for qemu in "$work/none" "$work/kept.shell" "$(installed pc)"; do
    answers 2 "$name" "$qemu"
done
grep -q "RuntimeError: the undamaged stream: .*refusal" "$work/said" || fail "$(cat "$work/said")"

# Where the value is looked for: with what QEMU does save in the place of what was given, it passes.
name=ccw-rng-guest-features
sed -i 's/= ffffffff /= 00000000 /' "$work/$name.shell"
sed -i "/^GIVEN/s/ffffffff/00000000/" "$work/$name.python"
answers 0 "$name" "$(installed "$name")"
# An alias is another machine in another QEMU.
grep -q -e "-M pc-q35-[0-9.]* " "$work/pci-net-queue-num.shell" || fail "no version of the machine"

# What no test can show is refused, with a reason.
"$hardstop" export "$source/corpus/cases/seeds/ccw/rng.textproto" --as shell >"$work/said" 2>&1 && fail "a seed is exported"
grep -q "no finding" "$work/said" || fail "$(cat "$work/said")"
"$hardstop" export "$regress/pci-net-header-short.textproto" --as shell >"$work/said" 2>&1 && fail "use is exported"
grep -q "used" "$work/said" || fail "$(cat "$work/said")"

# A stream loads by the command line beside it, and a bundle is for one pair of eyes.
name=ccw-rng-guest-features
"$hardstop" export "$regress/$name.textproto" --as stream -o "$work/s.mig"
"$hardstop" load "$work/s.mig" -- "@$work/s.mig.cmd" >"$work/said" || true
grep -qx accepted "$work/said" || fail "the stream: $(cat "$work/said")"
"$hardstop" export "$regress/$name.textproto" --as bundle -o "$work/bundle"
[ "$(stat -c %a "$work/bundle")" = 700 ] || fail "the bundle is open to others"
for file in README case.textproto control stream test.sh; do
    [ -s "$work/bundle/$file" ] || fail "the bundle has no $file"
done
status=0
sh "$work/bundle/test.sh" "$(installed $name)" >"$work/said" 2>&1 || status=$?
[ $status = 1 ] || fail "the bundle's test: $(cat "$work/said")"
mkdir -p "$work/tree/.git"
"$hardstop" export "$regress/$name.textproto" --as bundle -o "$work/tree/sub/bundle" >"$work/said" 2>&1 &&
    fail "a bundle in a git tree"
grep -q "git tree" "$work/said" || fail "$(cat "$work/said")"

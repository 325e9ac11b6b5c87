#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claim: the matrices in corpus/README.md and README.md are what corpus/versions.tsv says, and that is what the QEMUs at
# hand show: the installed one, those that ci/qemu has unpacked, and those that it has built with AddressSanitizer.  Of
# the others it is said that they are not tested.
# test_versions.sh HARDSTOP SOURCE
set -eu
hardstop=$1
cd "$2"
. harness/tests/unpacked.sh

# expect STATUS WORDS ARGUMENT...: hardstop known ends with the status and prints a line with the words.
expect() {
    status=$1 words=$2
    shift 2
    got=0
    "$hardstop" known "$@" >"$work/out" 2>"$work/err" || got=$?
    [ "$got" = "$status" ] && cat "$work/out" "$work/err" | grep -qF -- "$words" ||
        fail "known $*: status $got, not $status; \"$words\" is wanted: $(cat "$work/out" "$work/err")"
}

between() {
    sed -n "/^<!-- $1 -->\$/,/^<!-- end of $1 -->\$/{/^<!--/d;p}" "$2"
}

"$hardstop" known --table >"$work/table"
between versions corpus/README.md | diff - "$work/table" >&2 ||
    fail "corpus/README.md: put what 'hardstop known --table' prints between the marks"
# README has the versions and the counts.
sed -n '1s/^\(|[^|]*\)\{4\}//p;$s/^\(|[^|]*\)\{4\}//p' "$work/table" >"$work/counts"
between versions README.md | grep -v -e --- | diff - "$work/counts" >&2 ||
    fail "README.md: put versions and counts of 'hardstop known --table' between the marks"
! grep -q 'not replayed' "$work/table" || fail "a case was not replayed on each QEMU: hardstop known --record"

versions=$(cut -f 2 corpus/versions.tsv | grep '^[0-9]' | sort -uV)
[ -n "$versions" ]
installed=$(qemu-system-s390x -version | sed -n 's/^QEMU emulator version \([0-9.]*\).*/\1/p')
set -- --qemu qemu-system-s390x
for version in $versions; do
    if [ "$version" = "$installed" ]; then
        continue
    elif [ -x "$bin/qemu-system-s390x-$version" ]; then
        set -- "$@" --qemu "$bin/qemu-system-s390x-$version"
    else
        echo "not tested: $version, which is not in $bin"
    fi
done
expect 0 "QEMU $installed: " "$@"
expect 2 "are both QEMU $installed: ask one after the other" "$@" --qemu qemu-system-x86_64
# A sanitizer finds none of them sooner.
for qemu in "$bin"/qemu-system-s390x-*-address "$bin"/qemu-system-s390x-*-address-coverage; do
    if [ -x "$qemu" ] && [ -x "$bin/qemu-system-x86_64-${qemu#*-s390x-}" ]; then
        expect 0 " confirmed" --qemu "$qemu"
    fi
done

# A cell that says something else is noticed, whichever part of it.
mkdir "$work/corpus"
ln -s "$PWD/corpus/cases" "$work/corpus/cases"
cp corpus/known.tsv "$work/corpus"
one=ccw-rng-ccw-fmt-1.textproto
for change in 's/confirmed/fixed/' 's/\t[0-9a-f]\{16\}\t/\t0123456789abcdef\t/'; do
    sed "/^$one\t$installed\t/{$change}" corpus/versions.tsv >"$work/corpus/versions.tsv"
    ! cmp -s corpus/versions.tsv "$work/corpus/versions.tsv"
    expect 1 "1 not as expected" --known "$work/corpus/known.tsv" --qemu qemu-system-s390x $one
done

# A QEMU whose sibling is missing: what is recorded stays.  And a machine that it does not have.
ln -s "$(command -v qemu-system-s390x)" "$work/qemu-system-s390x-own"
expect 0 "not tried       pc-vga-sr.textproto: no qemu-system-x86_64-own beside" \
    --qemu "$work/qemu-system-s390x-own" pc-vga-sr.textproto $one
grep -q "^confirmed       $one: " "$work/out" || fail "the other case was not replayed: $(cat "$work/out")"
expect 2 "no line was tried: no qemu-system-x86_64-own beside" \
    --qemu "$work/qemu-system-s390x-own" pc-vga-sr.textproto
cp corpus/versions.tsv "$work/corpus"
expect 0 " 1 confirmed, 1 not tried (no qemu-system-x86_64-own beside)" --known "$work/corpus/known.tsv" --record \
    --qemu "$work/qemu-system-s390x-own" pc-vga-sr.textproto $one
cmp corpus/versions.tsv "$work/corpus/versions.tsv" || fail "what was not tried is recorded"
rm "$work/corpus/cases"
mkdir -p "$work/corpus/cases/regress"
sed 's/s390-ccw-virtio-7.2/s390-ccw-virtio-0.1/' corpus/cases/regress/$one >"$work/corpus/cases/regress/$one"
expect 1 "not applicable  $one: qemu-system-s390x-own has no machine s390-ccw-virtio-0.1" \
    --known "$work/corpus/known.tsv" --qemu "$work/qemu-system-s390x-own" $one
expect 2 "no-such-qemu" --qemu "$work/no-such-qemu"

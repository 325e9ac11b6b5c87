#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The rehearsal for OSS-Fuzz passes a sound target and reports each planted defect: test_rehearse.sh SOURCE_DIR
set -eu

root=$1
place=$(mktemp -d)
trap 'chmod -R u+w "$place"; rm -rf "$place"' EXIT
mkdir "$place/out"
cd "$place/out"

# plant NAME [FLAG...]: a target with seeds beside it.
plant() {
    name=$1
    shift
    clang -O1 -g0 -fsanitize=fuzzer,address "$@" "$root/harness/tests/planted_fuzzer.c" -o "$name"
    echo seed >"$place/seed"
    zip -q -j "${name}_seed_corpus.zip" "$place/seed"
}

rehearse() {
    status=0
    "$root/ci/oss-fuzz/rehearse" --work "$place/work" --out "$place/out" libfuzzer address >"$place/log" 2>&1 ||
        status=$?
}

fail() {
    cat "$place/log"
    echo "test_rehearse: $*"
    exit 1
}

expect() {
    grep -qF -- "$1" "$place/log" || fail "not reported: $1"
}

plant sound_fuzzer
printf '[libfuzzer]\nmax_len = 64\ndict = sound_fuzzer.dict\n' >sound_fuzzer.options
printf '# A comment\nname="\\x00\\\\\\"a"\n"b"\n' >sound_fuzzer.dict
rehearse
[ "$status" = 0 ] || fail "a sound target gives $status"
expect " ok"

cp /bin/true marker_fuzzer
cp sound_fuzzer dotted.name
plant start_fuzzer -DPLANT_CRASH_AT_START
plant write_fuzzer -DPLANT_WRITE
plant seed_fuzzer -DPLANT_CRASH_ON_SEED
plant library_fuzzer -Wl,--no-as-needed -ljansson
plant runpath_fuzzer -Wl,-rpath,/opt/lib
plant coverage_fuzzer -fno-sanitize-coverage=inline-8bit-counters,pc-table,indirect-calls,trace-cmp
plant calls_fuzzer -fno-sanitize=address
plant beside_fuzzer
printf '"open\n' >beside_fuzzer.dict
printf '[libfuzzer]\nmax_len 64\ndict = none.dict\n' >beside_fuzzer.options
echo nothing >beside_fuzzer_seed_corpus.zip
echo nothing >stray.dict
echo nothing >stray.txt
rehearse
[ "$status" = 1 ] || fail "planted defects give $status"
expect "marker_fuzzer has no LLVMFuzzerTestOneInput"
expect "dotted.name is no name"
expect "dotted.name has no seeds"
expect "start_fuzzer does not start"
# Others than root cannot: the folder is read-only.
[ "$(id -u)" != 0 ] || expect "broken: a target wrote beside itself"
expect "seed_fuzzer fails on its own seeds"
expect "library_fuzzer needs libjansson.so.4"
expect "runpath_fuzzer looks for libraries in /opt/lib"
expect "coverage_fuzzer is not instrumented"
expect "calls_fuzzer calls of sanitizers are not those of an address build"
expect "beside_fuzzer beside_fuzzer.dict line 1"
expect "beside_fuzzer beside_fuzzer.options line 2"
expect "names none.dict, which is not there"
expect "beside_fuzzer_seed_corpus.zip holds no seeds"
expect "stray.dict belongs to no target"
expect "stray.txt is neither"
grep -q "sound_fuzzer .* ok" "$place/log" || fail "the sound target is no longer sound"

rm -rf "$place/out"
mkdir "$place/out"
rehearse
[ "$status" = 1 ] || fail "no target gives $status"
expect "there is no target"

status=0
"$root/ci/oss-fuzz/rehearse" --work "$place/work" honggfuzz memory >"$place/log" 2>&1 || status=$?
[ "$status" = 2 ] || fail "what it cannot rehearse gives $status"

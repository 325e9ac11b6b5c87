#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claim: what `cmake --install --component development` puts somewhere is enough, wherever that is moved to, to build
# programs of others: one with a loader of its own, which is then audited and fuzzed by hardstop, and one that mutates
# messages of its own.  Each finds the defect that its example has, and none where that is mended.
# test_outside.sh BUILD SOURCE
set -eu
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
place=$work/second-place examples=$work/second-place/share/doc/hardstop/examples
# A report names what was overrun, not how the words are coloured.
export ASAN_OPTIONS=color=never
unset CFLAGS CXXFLAGS LDFLAGS PKG_CONFIG_PATH CMAKE_PREFIX_PATH CMAKE_C_COMPILER_LAUNCHER

fail() {
    echo "test_outside: $*" >&2
    exit 1
}

# run WORD...: a command, whose words are shown where it fails.
run() {
    "$@" >"$work/log" 2>&1 || fail "$*: $(tail -n 20 "$work/log")"
}

run cmake --install "$build" --prefix "$work/first-place" --component development --strip
mv "$work/first-place" "$place"
! grep -rlF -e "$source" -e "$build" -e first-place "$place" || fail "these know where they were"

# Each header is whole, and no more is needed than it says.
(cd "$place/include/hardstop" && find . -name '*.h') >"$work/headers"
[ "$(wc -l <"$work/headers")" -gt 30 ] || fail "where are the headers?"
while read -r header; do
    echo "#include \"${header#./}\"" >"$work/alone.c"
    run gcc -std=c11 -Wall -Wextra -Werror -fsyntax-only "-I$place/include/hardstop" "$work/alone.c"
done <"$work/headers"

# with_loader NAME [SED]: builds the example loader, changed; its programs are then in $work/NAME/build.
with_loader() {
    mkdir "$work/$1"
    cp "$examples"/loader/* "$work/$1"
    if [ $# -gt 1 ]; then
        sed -i "$2" "$work/$1/example.c"
        ! cmp -s "$work/$1/example.c" "$examples/loader/example.c" || fail "sed changed nothing"
    fi
    cd "$work/$1"
    run env CC=clang cmake -S . -B build "-DCMAKE_PREFIX_PATH=$place"
    run cmake --build build
    run build/example capture --qemu example -o seed.textproto
}

# exits STATUS WORD...
exits() {
    wanted=$1 status=0
    shift
    "$@" >"$work/log" 2>&1 || status=$?
    [ "$status" = "$wanted" ] || fail "$*: exit status $status, not $wanted: $(tail -n 20 "$work/log")"
}

# shows TEXT: what ran last has said it.
shows() {
    grep -q "$1" "$work/log" || fail "no '$1' in: $(tail -n 20 "$work/log")"
}

overrun='stack-buffer-overflow .*WRITE of '
with_loader given
exits 0 build/example load seed.textproto
shows '^accepted$'
exits 1 build/example audit seed.textproto --json audit.json
shows "$overrun"
exits 1 build/example repro --confirm work/findings/*.textproto
shows 'so there is no unmodified QEMU'
shows "a sanitizer's report: stack-buffer-overflow"
exits 1 build/example fuzz example --inputs 1000 --jobs 1 --work fuzzed
shows "$overrun"
shows '^1 distinct finding'
shows 'example_fuzzer'
grep -q 'NEW\|REDUCE' fuzzed/example.log || fail "the engine saw no edge of the loader: $(tail -n 20 fuzzed/example.log)"

with_loader mended 's/!bytes_get(in, \*used, &data)/*used > 16 || &/'
exits 0 build/example audit seed.textproto
shows '^100 % of '
exits 0 build/example fuzz example --inputs 300 --jobs 1 --work fuzzed

# With pkg-config, and protobuf-c alone.
for repair in repair NULL; do
    mkdir "$work/$repair"
    cp "$examples"/message/* "$work/$repair"
    cd "$work/$repair"
    run make "PKG_CONFIG_PATH=$place/lib/pkgconfig" "REPAIR=$repair"
done
! ldd "$work/repair/record_fuzzer" | grep -e jansson -e libdw || fail "the mutator needs these"
cd "$work/repair"
exits 1 ./record_fuzzer -seed=1 -runs=20000
shows 'stack-buffer-overflow'
shows 'in LLVMFuzzerTestOneInput'
cd "$work/NULL"
exits 0 ./record_fuzzer -seed=1 -runs=20000
shows 'Done 20000 runs'

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the targets into $OUT, each with its seeds, dictionary and options beside it: those that need no QEMU, and where
# there is a source of QEMU those that drive one, with it.
set -eu

usage="usage: ci/build-fuzzers.sh [--help]
Takes OUT, WORK, CC, CXX, CFLAGS, CXXFLAGS, LIB_FUZZING_ENGINE and SANITIZER from the environment, as OSS-Fuzz sets
them.
Without LIB_FUZZING_ENGINE: libFuzzer under ASan and UBSan, in build/fuzzers.
\$SRC/protobuf-c and \$SRC/jansson, where they are source trees, are compiled in; else Debian's archives are linked.
\$SRC/qemu, where it is one, is built with that sanitizer and counters of its edges; for libfuzzer and afl alone, and
address and undefined alone.  See ci/oss-fuzz/bundle for what is put beside the targets."

case ${1-} in
"") ;;
--help) echo "$usage"; exit 0 ;;
*) echo "$usage" >&2; exit 2 ;;
esac

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/ci/oss-fuzz/bundle"
OUT=${OUT:-$root/build/fuzzers}
work=${WORK:-$root/build/fuzzers-work}/hardstop
sources=${SRC:-$root/build/sources}

set -- -DHARDSTOP_STATIC=ON -DBUILD_TESTING=OFF
if [ "${LIB_FUZZING_ENGINE:-}" ]; then
    # "None" adds nothing to the flags given.
    set -- "$@" -DCMAKE_BUILD_TYPE=None
    # Its mutator is ours; nobody else asks for one.
    [ "${FUZZING_ENGINE:-}" != libfuzzer ] || set -- "$@" -DHARDSTOP_ENGINE=libfuzzer
else
    CC=${CC:-clang} CXX=${CXX:-clang++}
    export CC CXX
    set -- "$@" -DHARDSTOP_ENGINE=libfuzzer -DHARDSTOP_SANITIZE=address,undefined
fi
for tool in AR NM RANLIB; do
    eval "path=\${$tool:-}"
    [ -z "$path" ] || set -- "$@" "-DCMAKE_$tool=$(command -v "$path")"
done
compiled=""
if [ -e "$sources/protobuf-c/protobuf-c/protobuf-c.c" ]; then
    set -- "$@" "-DHARDSTOP_PROTOBUF_C_SOURCE=$sources/protobuf-c"
    compiled="$compiled protobuf-c"
fi
if [ -e "$sources/jansson/src/jansson.h" ]; then
    set -- "$@" "-DHARDSTOP_JANSSON_SOURCE=$sources/jansson"
    compiled="$compiled jansson"
fi
if [ "${SANITIZER:-}" = memory ] && [ "$compiled" != " protobuf-c jansson" ]; then
    echo "ci/build-fuzzers.sh: memory needs protobuf-c and jansson as source trees in $sources" >&2
    exit 2
fi
echo "ci/build-fuzzers.sh: compiled in:${compiled:- none}"

cmake -S "$root" -B "$work" -G Ninja "$@"
ninja -C "$work" portable

# stage FOLDERS: the files of the folders that the file lists, in $staged.
stage() {
    while read -r folder; do
        (cd "$(dirname "$folder")" && find "$(basename "$folder")" -type f) | while read -r file; do
            cp "$(dirname "$folder")/$file" "$staged/$(echo "$file" | tr / -)"
        done
    done <"$1"
}

# What is in $staged goes into an archive.  Names, order, modes and times of the members are fixed, so that the same
# seeds make the same archive.
pack_staged() {
    find "$staged" -type f -exec chmod 644 {} + -exec touch -d 1980-01-01T00:00:00Z {} +
    rm -f "$1"
    (cd "$staged" && find . -type f | LC_ALL=C sort | TZ=UTC zip -q -X -D "$1" -@)
    rm -rf "$staged"
}

mkdir -p "$OUT"
staged=$work/staged
rm -rf "$staged"
for seeds in "$work"/seeds/*; do
    target=$(basename "$seeds")
    cp "$work/bin/$target" "$OUT/"
    for beside in dict options; do
        [ ! -e "$work/bin/$target.$beside" ] || cp "$work/bin/$target.$beside" "$OUT/"
    done
    mkdir "$staged"
    stage "$seeds"
    pack_staged "$OUT/${target}_seed_corpus.zip"
done
if bundle_wanted; then
    ninja -C "$work" driving
    bundle_qemu "$sources/qemu"
    bundle_targets
fi
echo "ci/build-fuzzers.sh: $OUT"

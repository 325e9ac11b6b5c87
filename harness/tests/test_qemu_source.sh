#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claims: ci/qemu --source builds what it is given, and a special build has what its options say and nothing else: what
# is on the path of a load is sanitized and counts, the rest is not; patched files are, others are as in the source,
# which stays as it was; and the next call compiles what has changed, and that only.
# test_qemu_source.sh SOURCE: with a small source that is built like QEMU's, by ninja, and answers like QEMU.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/ci"
cp -r "$1/ci/qemu" "$1/ci/qemu.d" "$work/ci"
printf '#!/bin/sh\n' >"$work/ci/setup"
chmod +x "$work/ci/setup"
mkdir "$work/ci/patches"
export HARDSTOP_CACHE="$work/cache"
tree=$work/tree
bin=$work/cache/qemu/bin
name=$(echo "${tree#/}" | tr -c 'a-zA-Z0-9.\n' -)

fail() {
    echo "$*" >&2
    [ ! -e "$work/words" ] || cat "$work/words" >&2
    exit 1
}

# build ARGUMENT...: of the tree.
build() {
    "$work/ci/qemu" --source "$@" "$tree" >"$work/words" 2>&1 || fail "ci/qemu --source $*"
}

# refuse TEXT ARGUMENT...: with this text.
refuse() {
    text=$1
    shift
    status=0
    "$work/ci/qemu" "$@" >"$work/words" 2>&1 || status=$?
    if [ "$status" != 2 ] || ! grep -qF -- "$text" "$work/words"; then
        fail "ci/qemu $*: exit status $status, expected 2 and: $text"
    fi
}

# says PROGRAM WORD LETTER...: what the program says of itself.
says() {
    [ "$(ASAN_OPTIONS=detect_leaks=0 "$bin/qemu-system-$1" -M help | tail -n 1)" = "$2" ] || fail "$1 does not say $2"
}

# uses PROGRAM SYMBOL yes|no FUNCTION: whether a function's code calls what begins so.
uses() {
    called=no
    ! objdump -d --no-show-raw-insn --disassemble="$4" "$bin/qemu-system-$1" | grep -q "$2" || called=yes
    [ "$called" = "$3" ] || fail "$1: $4 uses $2: $called"
}

# compiled COUNT: so many files by the last call.
compiled() {
    count=$(grep -c Compiling "$(find "$work/cache" -name ninja.log -newer "$work/mark")" || true)
    [ "$count" = "$1" ] || fail "$count files compiled, expected $1"
    touch "$work/mark"
}

mkdir -p "$tree/hw" "$tree/qom" "$tree/include/qemu" "$tree/pc-bios" "$tree/.git" "$tree/build" "$tree/meson"
echo 9.9.1 >"$tree/VERSION"
: >"$tree/pc-bios/s390-ccw.img"
: >"$tree/meson/meson.py"
cat >"$tree/configure" <<'END'
#!/bin/sh
for word; do
    case $word in
    --help) echo; exit 0 ;;
    --cc=*) cc=${word#*=} ;;
    --target-list=*) targets=$(echo "${word#*=}" | sed 's/-softmmu//g;s/,/ /g') ;;
    --extra-ldflags=*) ldflags=${word#*=} ;;
    esac
done
source=$(realpath -s --relative-to=. "${0%/*}")
{
    echo "rule cc
  command = '${cc:-gcc}' -MD -MQ \$out -MF \$out.d -I$source/include -c \$in -o \$out
  depfile = \$out.d
  deps = gcc
  description = Compiling \$out
rule link
  command = '${cc:-gcc}' -o \$out \$in $ldflags
build load.o: cc $source/hw/load.c
build object.o: cc $source/qom/object.c"
    for target in $targets; do
        echo "build qemu-system-$target: link load.o object.o"
    done
} >build.ninja
END
chmod +x "$tree/configure"
echo '#include <stdio.h>
#include <string.h>
#include "words.h"' >"$tree/include/qemu/osdep.h"
echo '#define WORD "plain"' >"$tree/include/qemu/words.h"
cat >"$tree/hw/load.c" <<'END'
#include "qemu/osdep.h"

int load(char **at, int i);
int load(char **at, int i)
{
    return at[i][i];
}
END
cat >"$tree/qom/object.c" <<'END'
#include "qemu/osdep.h"

int load(char **at, int i);
int object(char **at, int i);
int object(char **at, int i)
{
    return at[i][i];
}

int main(int argc, char **argv)
{
    if (!strcmp(argv[1], "-version")) {
        printf("QEMU emulator version 9.9.1\n");
    } else if (!strcmp(argv[1], "-M") && !strcmp(argv[2], "help")) {
        printf("%s\n", WORD + !strdup(WORD)[0]);
    } else {
        printf("\"status\": \"prelaunch\"\n");
    }
    return load(argv, 0) != object(argv, 0);
}
END
cat >"$work/ci/patches/other-word.patch" <<'END'
--- a/include/qemu/words.h
+++ b/include/qemu/words.h
@@ -1 +1 @@
-#define WORD "plain"
+#define WORD "patched"
END
sed 's/"patched"/"for 9.9"/' "$work/ci/patches/other-word.patch" >"$work/ci/patches/by-version-9.9.patch"
sed 's/"patched"/"for 9.8"/' "$work/ci/patches/other-word.patch" >"$work/ci/patches/by-version.patch"
sed 's/"plain"/"none"/' "$work/ci/patches/other-word.patch" >"$work/ci/patches/lost.patch"
find "$tree" -type f -exec cksum {} + | sort >"$work/before"

for arguments in "--sanitize thread" "--sanitize address,address" "--sanitize" "--target arm" "--patch ../x" \
                 "--coverage"; do
    # shellcheck disable=SC2086
    refuse "usage: ci/qemu" --source $arguments
done
refuse "usage: ci/qemu" --coverage trixie
refuse "neither a suite nor a folder" --source --coverage 9.9.1
refuse "no patch none for QEMU 9.9.1; there are: by-version lost other-word" --source --patch none "$tree"
refuse "patch lost does not apply to $tree" --source --patch lost "$tree"

touch "$work/mark"
build --target s390x --sanitize undefined,address --coverage
both=$name-address-undefined-coverage
says "s390x-$both" plain
[ ! -e "$bin/qemu-system-x86_64-$both" ] || fail "--target s390x builds x86_64"
uses "s390x-$both" __asan_report yes load
uses "s390x-$both" __ubsan_handle yes load
uses "s390x-$both" __asan_report no object
uses "s390x-$both" __ubsan_handle no object
nm "$bin/qemu-system-s390x-$both" | grep -q __start___sancov_cntrs || fail "no counters"
compiled 2
build --sanitize address,undefined --coverage
compiled 0
says "x86_64-$both" plain
build --target s390x --sanitize address,undefined --coverage
grep -q "qemu-system-x86_64" "$work/cache/qemu/build/$both/tree/build/build.ninja" || fail "x86_64 is built no longer"

touch "$work/mark"
build --target s390x --patch other-word
says "s390x-$name-other-word" patched
uses "s390x-$name-other-word" __asan_report no load
! nm "$bin/qemu-system-s390x-$name-other-word" | grep -q __start___sancov_cntrs || fail "counters without --coverage"
compiled 2
find "$tree" -type f -exec cksum {} + | sort | cmp - "$work/before" || fail "the source has changed"
build --target s390x --patch by-version
says "s390x-$name-by-version" "for 9.9"
touch "$work/mark"

# What changes, in the source or a patch, and what is taken away.
build --target s390x --patch other-word
compiled 0
sed 's/at\[i\]\[i\]/at[i][i + 0]/' "$tree/hw/load.c" >"$work/load.c" && mv "$work/load.c" "$tree/hw/load.c"
build --target s390x --patch other-word
compiled 1
sed -i 's/"patched"/"patched again"/' "$work/ci/patches/other-word.patch"
build --target s390x --patch other-word
says "s390x-$name-other-word" "patched again"
compiled 2
: >"$tree/hw/more.c"
printf '%s\n' '--- a/hw/load.c' '+++ b/hw/load.c' '@@ -1 +1,2 @@' ' #include "qemu/osdep.h"' '+#include "new.h"' \
    '--- /dev/null' '+++ b/include/new.h' '@@ -0,0 +1 @@' '+#define NEW' >"$work/ci/patches/other-word.patch"
build --target s390x --patch other-word
says "s390x-$name-other-word" plain
compiled 2
[ -e "$work/cache/qemu/build/$name-other-word/tree/hw/more.c" ] || fail "a new file is not seen"
rm "$tree/hw/more.c"
build --target s390x --patch other-word
compiled 0
[ ! -L "$work/cache/qemu/build/$name-other-word/tree/hw/more.c" ] || fail "a file that is gone is still there"
# With a .git, configure would fetch.
[ ! -e "$work/cache/qemu/build/$name-other-word/tree/.git" ] || fail ".git is linked"

# One patch on top of another.
printf '%s\n' '--- a/include/qemu/words.h' '+++ b/include/qemu/words.h' '@@ -1 +1 @@' '-#define WORD "for 9.9"' \
    '+#define WORD "twice"' >"$work/ci/patches/more.patch"
build --target s390x --patch by-version --patch more
says "s390x-$name-by-version-more" twice

# A plain build is made without our compiler.
touch "$work/mark"
build --target x86_64
says "x86_64-$name" plain

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claims: ci/qemu answers wrong usage, a suite that the mirror does not have, a mirror that does not answer and a machine
# without one each with its own message and exit status 2; what its cache has is not asked for again with --keep.
# test_qemu.sh SOURCE
set -eu
cd "$1"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HARDSTOP_CACHE="$work/cache" APT_CONFIG="$work/apt.conf"
cat >"$APT_CONFIG" <<END
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "/dev/null";
Acquire::Retries "0";
END

# expect STATUS TEXT ARGUMENT...: what ci/qemu says, and its exit status.
expect() {
    expected=$1 text=$2
    shift 2
    status=0
    ci/qemu "$@" >"$work/words" 2>&1 || status=$?
    if [ "$status" != "$expected" ] || ! grep -qF -- "$text" "$work/words"; then
        echo "ci/qemu $*: exit status $status; it says:" >&2
        cat "$work/words" >&2
        echo "expected: $expected, $text" >&2
        exit 1
    fi
}

expect 0 "ci/qemu [--keep] SUITE..." --help
for arguments in "" --keep --nonsense "trixie ../etc" "trixie --keep"; do
    # shellcheck disable=SC2086
    expect 2 "usage: ci/qemu" $arguments
done

: >"$work/sources.list"
expect 2 "no mirror of Debian among this machine's apt sources" trixie
mkdir -p "$work/debian"
echo "deb file:$work/debian bookworm main" >"$work/sources.list"
expect 2 "trixie is not to be had: file:$work/debian has no such suite" trixie
expect 2 "trixie is not to be had" --keep trixie
# No one listens at port 1.
echo "deb http://127.0.0.1:1/debian bookworm main" >"$work/sources.list"
expect 2 "http://127.0.0.1:1/debian cannot be asked for trixie" trixie

# One emulator less than all is not all.
mkdir -p "$work/cache/qemu/bin" "$work/cache/qemu/1/usr/bin"
for emulator in s390x x86_64 aarch64 ppc64 riscv64; do
    expect 2 "cannot be asked for trixie" --keep trixie
    program=usr/bin/qemu-system-$emulator
    install -m 755 /dev/null "$work/cache/qemu/1/$program"
    ln -s "../1/$program" "$work/cache/qemu/bin/qemu-system-$emulator-trixie"
done
expect 0 "trixie is there" --keep trixie
expect 2 "cannot be asked for trixie" trixie

expect 2 "neither a suite nor a folder with QEMU's configure" --source "$work/none"

# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# For tests that start what ci/qemu has unpacked: $bin has it, $work is a folder of the test's own.  Sourced.
bin=${HARDSTOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hardstop}/qemu/bin
test=$(basename "$0" .sh)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "$test: $*" >&2
    exit 1
}

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The tables of corpus/README.md: that of virtio devices is what `hardstop seeds --table` prints, but for devices that need a
# file of the host; and some rows of that of other devices, which takes minutes, are what `hardstop canaries --table` prints.
# test_table.sh HARDSTOP SOURCE
set -eu
hardstop=$1
cd "$2"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rows() {
    grep '^| [a-z0-9-]* |' "$1" | grep -v '^| net-mq \|^| vsock '
}
sed -n '/^<!-- devices -->$/,/^<!-- end of devices -->$/p' corpus/README.md >"$work/readme"
"$hardstop" seeds --table >"$work/printed"
rows "$work/readme" >"$work/expected"
rows "$work/printed" >"$work/actual"
[ "$(wc -l <"$work/actual")" -ge 18 ]
if ! diff "$work/expected" "$work/actual"; then
    echo "corpus/README.md: put what 'hardstop seeds --table' prints between the marks" >&2
    exit 1
fi
# A row that says something else is noticed.
sed '2s/bytes, [0-9]*/bytes, 1/' "$work/expected" >"$work/spoilt"
if diff -q "$work/spoilt" "$work/actual" >/dev/null; then
    echo "a changed row is not noticed" >&2
    exit 1
fi

devices="hpet i8254 i8259 ps2 usb-kbd piix3 nvme edu"
# shellcheck disable=SC2086
"$hardstop" canaries --table $devices | grep '^| [a-z0-9-]* | `' >"$work/actual"
[ "$(wc -l <"$work/actual")" -eq 8 ]
for device in $devices; do
    sed -n '/^<!-- canaries -->$/,/^<!-- end of canaries -->$/p' corpus/README.md | grep "^| $device | "
done >"$work/expected"
if ! diff "$work/expected" "$work/actual"; then
    echo "corpus/README.md: put what 'hardstop canaries --table' prints between the marks" >&2
    exit 1
fi

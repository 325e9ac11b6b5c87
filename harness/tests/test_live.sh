#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claim: what test_devices claims of the installed QEMU holds of each other one, with the newest types of its machines.
# For each suite of $HARDSTOP_QEMUS (ci/test sets it); also by hand, with the versions that ci/qemu has unpacked:
# HARDSTOP_QEMUS="10.0.13 11.1.3" ctest -R test_live
# What the cache lacks is not tested, and the exit status is then 77.
# test_live.sh TEST_DEVICES
set -eu
. "$(dirname "$0")/unpacked.sh"

build_of() {
    "$1" -version | head -n 1
}

status=77
for suite in ${HARDSTOP_QEMUS:-}; do
    qemu=$bin/qemu-system-s390x-$suite
    if [ ! -x "$qemu" ]; then
        echo "not tested: $suite, which is not in $bin"
    elif [ "$(build_of "$qemu")" = "$(build_of qemu-system-s390x)" ]; then
        echo "not tested: $suite, which is the installed one"
    else
        echo "$suite: $(build_of "$qemu")"
        HARDSTOP_QEMU="$qemu" "$1" live || fail "$suite: see above"
        [ "$status" != 77 ] || status=0
    fi
done
exit $status

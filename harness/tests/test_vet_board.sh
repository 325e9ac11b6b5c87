#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claim: hardstop vet vets a QEMU of aarch64 on its virt board, though it has no seeds: what that saves it takes, against
# itself nothing is new, a device that has become another one fails, by name, and an audit is planned for each device.
# With a QEMU that ci/qemu has unpacked; skipped (77) without one.
# test_vet_board.sh HARDSTOP
set -eu
hardstop=$1
. "$(dirname "$0")/unpacked.sh"

qemu=$bin/qemu-system-aarch64-bookworm
if [ ! -x "$qemu" ]; then
    echo "not tested: there is no QEMU of ci/qemu bookworm"
    exit 77
fi
mkdir "$work/old" "$work/new"
ln -s "$qemu" "$work/old/qemu-system-aarch64"
# Another number of MSI-X vectors is in the device's configuration space.
printf '#!/bin/sh\nexec "%s" "$@" -global virtio-net-pci.vectors=2\n' "$qemu" >"$work/new/qemu-system-aarch64"
chmod +x "$work/new/qemu-system-aarch64"

# vet STATUS QEMU WORDS OPTION...
vet() {
    wanted=$1 program=$work/$2/qemu-system-aarch64 words=$3 status=0
    shift 3
    "$hardstop" vet --qemu "$program" --work "$work/vet" --json "$work/vet.json" "$@" >"$work/said" 2>&1 || status=$?
    [ $status = "$wanted" ] || fail "vet $*: exit status $status, not $wanted: $(cat "$work/said")"
    grep -q -e "$words" "$work/said" || fail "vet $*: does not say $words: $(cat "$work/said")"
}

vet 2 old 'there is no step to do' --steps known,campaign
vet 0 old '^clean  *own: ' --budget 60s
for device in net scsi serial rng gpu 9p iommu; do
    grep -q "\"hardstop audit .* -- $work/old/qemu-system-aarch64 -M virt-.*-device .*virtio-$device-pci" "$work/vet.json" ||
        fail "no audit of $device"
done
against="--against $work/old/qemu-system-aarch64 --steps compat"
# shellcheck disable=SC2086  # words
{
    vet 0 old '^1 clean, 0 worse' $against
    vet 1 new 'virtio-net' $against
}

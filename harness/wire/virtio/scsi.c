/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-scsi: hw/scsi/virtio-scsi.c, QEMU 7.2.  Its requests are in the sections of the disks; it sends nothing but
 * what all virtio devices send.
 */
#include "harness/wire/virtio/tables.h"

const struct table scsi_table = { .descriptor = &hardstop__virtio_scsi__descriptor };
VIRTIO_PAYLOAD(scsi, SCSI, "virtio-scsi");

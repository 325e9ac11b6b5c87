/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-9p: hw/9pfs/virtio-9p-device.c, QEMU 7.2.  It sends nothing but what all virtio devices send. */
#include "harness/wire/virtio/tables.h"

const struct table p9_table = { .descriptor = &hardstop__virtio9p__descriptor };
VIRTIO_PAYLOAD(p9, P9, "virtio-9p");

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-rng: hw/virtio/virtio-rng.c, QEMU 7.2.  It sends nothing but what all virtio devices send. */
#include "harness/wire/virtio/tables.h"

const struct table rng_table = { .descriptor = &hardstop__virtio_rng__descriptor };
VIRTIO_PAYLOAD(rng, RNG, "virtio-rng");

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-rng: hw/virtio/virtio-rng.c, QEMU 7.2. */
#include "harness/wire/tables.h"

/* virtio-rng has no payload of its own. */
const struct table rng_table = { .descriptor = &hardstop__virtio_rng__descriptor };

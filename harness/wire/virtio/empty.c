/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that send nothing but what all virtio devices send: virtio-rng.c and its like, QEMU 7.2. */
#include "harness/wire/virtio/tables.h"

const struct table rng_table = { .descriptor = &hardstop__virtio_rng__descriptor };
const struct table scsi_table = { .descriptor = &hardstop__virtio_scsi__descriptor };
const struct table input_table = { .descriptor = &hardstop__virtio_input__descriptor };
const struct table p9_table = { .descriptor = &hardstop__virtio9p__descriptor };
const struct table vsock_table = { .descriptor = &hardstop__vhost_vsock__descriptor };

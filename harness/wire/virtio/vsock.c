/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-vsock: hw/virtio/vhost-vsock.c, QEMU 7.2.  It sends nothing but what all virtio devices send. */
#include "harness/wire/virtio/tables.h"

const struct table vsock_table = { .descriptor = &hardstop__vhost_vsock__descriptor };
VIRTIO_PAYLOAD(vsock, VSOCK, "virtio-vhost_vsock");

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-keyboard, -mouse and -tablet: hw/input/virtio-input.c, QEMU 7.2.  They send nothing but what all virtio
 * devices send.
 */
#include "harness/wire/virtio/tables.h"

const struct table input_table = { .descriptor = &hardstop__virtio_input__descriptor };
VIRTIO_PAYLOAD(input, INPUT, "virtio-input");

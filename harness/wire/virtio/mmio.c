/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mmio transport: hw/virtio/virtio-mmio.c, QEMU 7.2. */
#include "harness/wire/virtio/tables.h"

#define MMIO Hardstop__MmioTransport

static const struct field mmio_fields[] = {
    FIELD_NUMBER(MMIO, host_features_sel, 4, FIELD_FLAG),
    FIELD_NUMBER(MMIO, guest_features_sel, 4, FIELD_FLAG),
    FIELD_NUMBER(MMIO, guest_page_shift, 4),
};
const struct table mmio_table = TABLE(hardstop__mmio_transport, mmio_fields);

#define QUEUE Hardstop__MmioQueue
static const struct field queue_fields[] = {
    FIELD_NUMBER(QUEUE, num, 2),
    FIELD_NUMBER(QUEUE, enabled, 1, FIELD_FLAG),
    FIELD_NUMBERS(QUEUE, desc, 4, .fixed = 2),
    FIELD_NUMBERS(QUEUE, avail, 4, .fixed = 2),
    FIELD_NUMBERS(QUEUE, used, 4, .fixed = 2),
};
static const struct table queue_table = TABLE(hardstop__mmio_queue, queue_fields);

#define STATE Hardstop__MmioState
static const struct field state_fields[] = {
    FIELD_NUMBERS(STATE, guest_features, 4, .fixed = 2),
    FIELD_STRUCTS(STATE, vqs, &queue_table, .fixed = 1024),
};
static const struct table state_table = TABLE(hardstop__mmio_state, state_fields);

const struct subsection_set mmio_subsections = {
    .vmstate = "virtio_mmio",
    .element = &hardstop__mmio_subsection__descriptor,
    .known = { { "virtio_mmio/state", HARDSTOP__MMIO_SUBSECTION__BODY_STATE, &state_table } },
};

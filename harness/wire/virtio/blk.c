/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-blk: hw/block/virtio-blk.c, QEMU 7.2. */
#include "harness/wire/virtio/tables.h"

#define REQUEST Hardstop__VirtioBlkRequest
#define BLK Hardstop__VirtioBlk

static bool has_queue_index(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    const Hardstop__VirtioSection *section = (const Hardstop__VirtioSection *)decoder->root;

    (void)message;
    (void)field;
    /* A virtio-blk device has as many queue records as queues. */
    return section->n_queue > 1;
}

static bool more_requests(const struct field_decoder *decoder, const void *message, size_t i)
{
    (void)message;
    (void)i;
    return bytes_peek(&decoder->in, 0) > 0;
}

static const struct field request_fields[] = {
    FIELD_NUMBER(REQUEST, more, 1, .initial = 1),
    FIELD_NUMBER(REQUEST, vq_index, 4, .present = has_queue_index),
    FIELD_STRUCT(REQUEST, elem, &queue_element_table),
};
static const struct table request_table = TABLE(hardstop__virtio_blk_request, request_fields);

static const struct field blk_fields[] = {
    FIELD_STRUCTS(BLK, request, &request_table, .more = more_requests),
    FIELD_NUMBER(BLK, end, 1),
};
const struct table blk_table = TABLE(hardstop__virtio_blk, blk_fields);
VIRTIO_PAYLOAD(blk, BLK, "virtio-blk", .other_readings = 1);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What virtio-mem sends before guest RAM, in a section of its own: hw/virtio/virtio-mem.c, QEMU 10.2. */
#include "harness/wire/virtio/tables.h"

#define EARLY Hardstop__VirtioMemEarly

/*
 * The loader takes the bitmap's length from its own device and then insists that region_size and block_size on the wire
 * are its own, too: in every stream that it can accept they tell the length.
 */
uint64_t mem_bitmap_words(uint64_t region_size, uint64_t block_size)
{
    uint64_t blocks = block_size ? region_size / block_size : 0;

    return blocks / 64 + (blocks % 64 != 0);
}

static uint64_t bitmap_words(const struct field_decoder *decoder, const void *message)
{
    const EARLY *early = message;

    (void)decoder;
    return mem_bitmap_words(early->region_size, early->block_size);
}

static const struct field early_fields[] = {
    FIELD_NUMBER(EARLY, addr, 8),
    FIELD_NUMBER(EARLY, region_size, 8),
    FIELD_NUMBER(EARLY, block_size, 8),
    FIELD_NUMBER(EARLY, node, 4),
    FIELD_NUMBER(EARLY, size, 8),
    FIELD_NUMBERS(EARLY, bitmap, 8, .count = bitmap_words),
    FIELD_REST(EARLY),
};
static const struct table early_table = TABLE(hardstop__virtio_mem_early, early_fields);

const struct payload virtio_mem_early_payload = {
    .idstr = "virtio-mem-device-early", .tag = HARDSTOP__SECTION__PAYLOAD_VIRTIO_MEM_EARLY, .table = &early_table,
};

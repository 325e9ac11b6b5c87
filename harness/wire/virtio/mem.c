/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-mem: hw/virtio/virtio-mem.c, QEMU 7.2. */
#include "harness/wire/virtio/tables.h"

#define MEM Hardstop__VirtioMem

/*
 * The loader takes the bitmap's length from its own device and then insists that region_size and block_size on the wire
 * are its own, too: in every stream that it can accept they tell the length.
 */
static uint64_t bitmap_words(const struct field_decoder *decoder, const void *message)
{
    const MEM *mem = message;
    uint64_t blocks = mem->block_size ? mem->region_size / mem->block_size : 0;

    (void)decoder;
    return blocks / 64 + (blocks % 64 != 0);
}

static const struct field mem_fields[] = {
    FIELD_NUMBER(MEM, addr, 8),       FIELD_NUMBER(MEM, region_size, 8),
    FIELD_NUMBER(MEM, block_size, 8), FIELD_NUMBER(MEM, node, 4),
    FIELD_NUMBER(MEM, usable_region_size, 8), FIELD_NUMBER(MEM, size, 8),
    FIELD_NUMBER(MEM, requested_size, 8), FIELD_NUMBERS(MEM, bitmap, 8, .count = bitmap_words),
};
const struct table mem_table = TABLE(hardstop__virtio_mem, mem_fields);
VIRTIO_PAYLOAD(mem, MEM, "virtio-mem");

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-mem: hw/virtio/virtio-mem.c, QEMU 7.2 and 10.2. */
#include "harness/wire/virtio/tables.h"

#define MEM Hardstop__VirtioMem

/*
 * Machine types of 8.0 and later send all but two fields before guest RAM, in a section of their own (mem_early.c).
 * Nothing on the wire says so, only the end of the section.
 */
static bool is_here(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    (void)message;
    (void)field;
    return decoder->reading == 0;
}

static uint64_t bitmap_words(const struct field_decoder *decoder, const void *message)
{
    const MEM *mem = message;

    return is_here(decoder, message, NULL) ? mem_bitmap_words(mem->region_size, mem->block_size) : 0;
}

static const struct field mem_fields[] = {
    FIELD_NUMBER(MEM, addr, 8, .present = is_here),
    FIELD_NUMBER(MEM, region_size, 8, .present = is_here),
    FIELD_NUMBER(MEM, block_size, 8, .present = is_here),
    FIELD_NUMBER(MEM, node, 4, .present = is_here),
    FIELD_NUMBER(MEM, usable_region_size, 8),
    FIELD_NUMBER(MEM, size, 8, .present = is_here),
    FIELD_NUMBER(MEM, requested_size, 8),
    FIELD_NUMBERS(MEM, bitmap, 8, .count = bitmap_words),
};
const struct table mem_table = TABLE(hardstop__virtio_mem, mem_fields);
VIRTIO_PAYLOAD(mem, MEM, "virtio-mem", .other_readings = 1);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks the records of RAM, and takes the bytes that are asked for. */
#include "harness/case/guest_ram.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/message/reflect.h"
#include "harness/wire/ram.h"

/* The areas to fill, and the section of RAM that is read. */
struct filling {
    Hardstop__GuestMemory *const *areas;
    size_t n;
    const uint8_t *section;
    uint32_t page_size;
};

/* "pc.ram", "s390.ram": guest RAM from address 0. */
static bool is_main(const struct ram_record *record)
{
    return record->block_size > 4 && memcmp(record->block + record->block_size - 4, ".ram", 4) == 0;
}

static void fill(void *user, const struct ram_record *record)
{
    const struct filling *filling = user;
    bool is_page = record->kind == RAM_KIND_PAGE;
    size_t size = is_page ? filling->page_size : 1;
    const uint8_t *bytes = filling->section + record->end - size;

    if ((!is_page && record->kind != RAM_KIND_ZERO) || !record->block || !is_main(record)) {
        return;
    }
    for (size_t i = 0; i < filling->n; i++) {
        Hardstop__GuestMemory *memory = filling->areas[i];

        for (size_t k = 0; k < memory->data.len; k++) {
            uint64_t at = memory->address + k - record->address;

            if (at < filling->page_size) {
                memory->data.data[k] = bytes[is_page ? at : 0];
            }
        }
    }
}

static bool begins_ram(const Hardstop__Section *section)
{
    return section->type == HARDSTOP__SECTION__TYPE__START && section->idstr.len == 3 &&
           memcmp(section->idstr.data, "ram", 3) == 0;
}

const Hardstop__Section *guest_ram_section(const Hardstop__Stream *stream)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        if (begins_ram(stream->section[i])) {
            return stream->section[i];
        }
    }
    return NULL;
}

void guest_ram_read(const Hardstop__Stream *whole, Hardstop__GuestMemory *const *areas, size_t n)
{
    struct filling filling = { .areas = areas, .n = n };
    struct vmdesc none = { 0 };
    struct ram_format format = ram_format_of(whole, &none);
    const Hardstop__Section *ram = NULL;

    filling.page_size = format.page_size;
    for (size_t i = 0; i < whole->n_section; i++) {
        const Hardstop__Section *section = whole->section[i];
        struct bytes in = bytes_of(section->opaque.data, section->opaque.len);

        ram = begins_ram(section) ? section : ram;
        if (!ram || section->payload_case != HARDSTOP__SECTION__PAYLOAD_OPAQUE ||
            section->section_id != ram->section_id) {
            continue;
        }
        filling.section = section->opaque.data;
        ram_walk(&in, ram->idstr.data, ram->idstr.len, &format, fill, &filling, NULL);
    }
}

uint64_t guest_ram_hash(const Hardstop__Case *test)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < test->n_memory; i++) {
        hash = XXH3_64bits_withSeed(test->memory[i]->data.data, test->memory[i]->data.len,
                                    hash + test->memory[i]->address + i);
    }
    for (size_t i = 0; i < test->n_ring; i++) {
        size_t size;
        uint8_t *packed = reflect_pack(&test->ring[i]->base, &size);

        hash = XXH3_64bits_withSeed(packed, size, hash + i);
        free(packed);
    }
    return hash;
}

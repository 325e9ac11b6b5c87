/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds where rings are, and their bytes in the records of guest RAM. */
#include "harness/case/rings.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/wire/ram.h"

enum {
    LEGACY_ALIGN = 4096, /* of the ring of what was used: VIRTIO_PCI_VRING_ALIGN */
    MOST_ENTRIES = 1024, /* VIRTQUEUE_MAX_SIZE */
};

static void add_area(Hardstop__Case *test, uint64_t address, size_t size)
{
    Hardstop__GuestMemory *memory;

    if (!address || address > RINGS_MOST - size) {
        return;
    }
    memory = hs_alloc(sizeof(*memory));
    hardstop__guest_memory__init(memory);
    memory->has_address = memory->has_data = true;
    memory->address = address;
    memory->data.len = size;
    memory->data.data = hs_alloc(size);
    *HS_PUSH(test->memory, test->n_memory) = memory;
}

static const Hardstop__Virtqueues *places_of_rings(const Hardstop__VirtioSection *device)
{
    for (size_t i = 0; i < device->n_subsection; i++) {
        if (device->subsection[i]->body_case == HARDSTOP__SUBSECTION__BODY_VIRTQUEUES) {
            return device->subsection[i]->virtqueues;
        }
    }
    return NULL;
}

static void add_rings(Hardstop__Case *test, const Hardstop__VirtioSection *device)
{
    const Hardstop__Virtqueues *places = places_of_rings(device);

    for (size_t i = 0; i < device->n_queue; i++) {
        uint64_t n = device->queue[i]->num, descriptors = device->queue[i]->desc;
        uint64_t available = descriptors + 16 * n;
        uint64_t used = (available + 4 + 2 * n + LEGACY_ALIGN - 1) / LEGACY_ALIGN * LEGACY_ALIGN;

        if (!descriptors || n > MOST_ENTRIES) {
            continue;
        }
        if (places && i < places->n_vq) {
            available = places->vq[i]->avail;
            used = places->vq[i]->used;
        }
        add_area(test, descriptors, 16 * n);
        add_area(test, available, 6 + 2 * n);
        add_area(test, used, 6 + 8 * n);
    }
}

/* The areas to fill, of a case, and the section of RAM that is read. */
struct filling {
    Hardstop__GuestMemory **memory;
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
        Hardstop__GuestMemory *memory = filling->memory[i];

        for (size_t k = 0; k < memory->data.len; k++) {
            uint64_t at = memory->address + k - record->address;

            if (at < filling->page_size) {
                memory->data.data[k] = bytes[is_page ? at : 0];
            }
        }
    }
}

static void fill_all(struct filling *filling, const Hardstop__Stream *whole)
{
    struct vmdesc none = { 0 };
    struct ram_format format = ram_format_of(whole, &none);
    const Hardstop__Section *ram = NULL;

    filling->page_size = format.page_size;
    for (size_t i = 0; i < whole->n_section; i++) {
        const Hardstop__Section *section = whole->section[i];
        struct bytes in = bytes_of(section->opaque.data, section->opaque.len);

        if (section->type == HARDSTOP__SECTION__TYPE__START && section->idstr.len == 3 &&
            memcmp(section->idstr.data, "ram", 3) == 0) {
            ram = section;
        }
        if (!ram || section->payload_case != HARDSTOP__SECTION__PAYLOAD_OPAQUE ||
            section->section_id != ram->section_id) {
            continue;
        }
        filling->section = section->opaque.data;
        ram_walk(&in, ram->idstr.data, ram->idstr.len, &format, fill, filling, NULL);
    }
}

/* Zeros are what is there without. */
static void drop_zeros(Hardstop__Case *test, size_t from)
{
    size_t kept = from;

    for (size_t i = from; i < test->n_memory; i++) {
        Hardstop__GuestMemory *memory = test->memory[i];

        while (memory->data.len && !memory->data.data[memory->data.len - 1]) {
            memory->data.len--;
        }
        if (memory->data.len) {
            test->memory[kept++] = memory;
        } else {
            hardstop__guest_memory__free_unpacked(memory, NULL);
        }
    }
    test->n_memory = kept;
}

void rings_take(Hardstop__Case *test)
{
    struct filling filling;
    size_t from = test->n_memory;

    for (size_t i = 0; i < test->stream->n_section; i++) {
        if (test->stream->section[i]->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO) {
            add_rings(test, test->stream->section[i]->virtio);
        }
    }
    filling = (struct filling){ .memory = test->memory + from, .n = test->n_memory - from };
    if (filling.n) {
        fill_all(&filling, test->stream);
    }
    drop_zeros(test, from);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds where rings are, and their bytes in the records of guest RAM. */
#include "harness/case/rings.h"

#include <stdbool.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/case/guest_ram.h"

enum {
    LEGACY_ALIGN = 4096, /* of the ring of what was used: VIRTIO_PCI_VRING_ALIGN */
    MOST_ENTRIES = 1024, /* VIRTQUEUE_MAX_SIZE */
    LEAST_KEPT = 4,
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

/* All but the flags and the index that a load reads: another QEMU may have its firmware there. */
static void trim_zeros(Hardstop__GuestMemory *memory)
{
    while (memory->data.len > LEAST_KEPT && !memory->data.data[memory->data.len - 1]) {
        memory->data.len--;
    }
}

void rings_take(Hardstop__Case *test)
{
    size_t from = test->n_memory;

    if (test->n_memory && !guest_ram_section(test->stream)) {
        return;
    }
    for (size_t i = 0; i < test->stream->n_section; i++) {
        if (test->stream->section[i]->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO) {
            add_rings(test, test->stream->section[i]->virtio);
        }
    }
    guest_ram_read(test->stream, test->memory + from, test->n_memory - from);
    for (size_t i = from; i < test->n_memory; i++) {
        trim_zeros(test->memory[i]);
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds where rings are, and their bytes in the records of guest RAM. */
#include "harness/case/rings.h"

#include <stdbool.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/case/guest_ram.h"
#include "harness/case/queue.h"
#include "harness/wire/ring.h"

enum { LEAST_KEPT = 4 };

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

static void add_rings(Hardstop__Case *test, const Hardstop__VirtioSection *device)
{
    for (uint32_t i = 0; i < device->n_queue; i++) {
        struct queue queue;

        if (device->queue[i]->num <= QUEUE_MOST_ENTRIES && queue_of(device, test->setup, i, &queue)) {
            add_area(test, queue.desc, RING_DESC_SIZE * queue.num);
            add_area(test, queue.avail, RING_AVAIL_SIZE(queue.num));
            add_area(test, queue.used, RING_USED_SIZE(queue.num));
        }
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the pieces by their addresses, reads them, and lays the ring to see whether it gives them again. */
#include "harness/case/ring_decode.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/case/queue.h"
#include "harness/case/ring_areas.h"
#include "harness/message/reflect.h"
#include "harness/wire/ring.h"

/* What holds the rings of a queue: indexes of records. */
struct pieces {
    size_t desc, avail, used;
};

static bool find_record(const Hardstop__Case *test, uint64_t address, size_t *index)
{
    for (*index = 0; *index < test->n_memory; ++*index) {
        if (test->memory[*index]->address == address) {
            return true;
        }
    }
    return false;
}

/* Zero behind the end: trailing zeros are left out of records. */
static uint64_t number_at(const Hardstop__GuestMemory *memory, size_t at, size_t size, bool big)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++) {
        size_t place = at + (big ? i : size - 1 - i);

        value = value << 8 | (place < memory->data.len ? memory->data.data[place] : 0);
    }
    return value;
}

#define SET(message, member, value) ((message)->has_##member = true, (message)->member = (value))

static Hardstop__VirtqDesc *read_desc(const Hardstop__GuestMemory *memory, size_t at, bool big)
{
    Hardstop__VirtqDesc *desc = (Hardstop__VirtqDesc *)reflect_new(&hardstop__virtq_desc__descriptor);

    SET(desc, addr, number_at(memory, at, 8, big));
    SET(desc, len, (uint32_t)number_at(memory, at + 8, 4, big));
    SET(desc, flags, (uint32_t)number_at(memory, at + 12, 2, big));
    SET(desc, next, (uint32_t)number_at(memory, at + 14, 2, big));
    return desc;
}

static Hardstop__VirtqAvail *read_avail(const Hardstop__GuestMemory *memory, const struct queue *queue)
{
    Hardstop__VirtqAvail *avail = (Hardstop__VirtqAvail *)reflect_new(&hardstop__virtq_avail__descriptor);
    uint16_t idx = (uint16_t)number_at(memory, 2, 2, queue->big), waiting = (uint16_t)(idx - queue->last_avail_idx);

    SET(avail, flags, (uint32_t)number_at(memory, 0, 2, queue->big));
    if (waiting > queue->num) {
        SET(avail, idx, idx);
        return avail;
    }
    avail->ring = hs_alloc((waiting + 1u) * sizeof(*avail->ring));
    for (size_t i = 0; i < waiting; i++) {
        size_t place = (queue->last_avail_idx + i) % queue->num;

        avail->ring[avail->n_ring++] = (uint32_t)number_at(memory, RING_HEAD + 2 * place, 2, queue->big);
    }
    return avail;
}

static Hardstop__VirtqUsed *read_used(const Hardstop__GuestMemory *memory, const struct queue *queue)
{
    Hardstop__VirtqUsed *used = (Hardstop__VirtqUsed *)reflect_new(&hardstop__virtq_used__descriptor);
    uint16_t idx = (uint16_t)number_at(memory, 2, 2, queue->big);

    SET(used, flags, (uint32_t)number_at(memory, 0, 2, queue->big));
    if (idx != (uint16_t)queue->last_avail_idx) {
        SET(used, idx, idx);
    }
    return used;
}

static Hardstop__Ring *read_ring(const Hardstop__Case *test, const struct pieces *pieces, const struct queue *queue,
                                 const Hardstop__Section *section, uint32_t number)
{
    Hardstop__Ring *ring = queue_new_ring(section, number, false);
    const Hardstop__GuestMemory *desc = test->memory[pieces->desc];

    for (size_t at = 0; at < desc->data.len; at += RING_DESC_SIZE) {
        *HS_PUSH(ring->split->desc, ring->split->n_desc) = read_desc(desc, at, queue->big);
    }
    ring->split->avail = read_avail(test->memory[pieces->avail], queue);
    ring->split->used = read_used(test->memory[pieces->used], queue);
    return ring;
}

/* The first `size` bytes of both, as far as either goes, with zeros behind. */
static bool is_same(const Hardstop__GuestMemory *a, const Hardstop__GuestMemory *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (number_at(a, i, 1, false) != number_at(b, i, 1, false)) {
            return false;
        }
    }
    return true;
}

/* Does the ring, alone, give what a device reads? */
static bool comes_back(const Hardstop__Case *test, const struct pieces *pieces, const struct queue *queue,
                       Hardstop__Ring *ring)
{
    Hardstop__Case alone = *test;
    struct ring_areas areas = { 0 };
    bool same;

    alone.memory = NULL;
    alone.n_memory = 0;
    alone.ring = &ring;
    alone.n_ring = 1;
    ring_areas_lay(&areas, &alone);
    same = areas.n == 3 && is_same(areas.list[0], test->memory[pieces->desc], RING_DESC_SIZE * queue->num) &&
           is_same(areas.list[1], test->memory[pieces->avail], RING_HEAD) &&
           is_same(areas.list[2], test->memory[pieces->used], RING_HEAD);
    ring_areas_clear(&areas);
    return same;
}

static void drop_record(Hardstop__Case *test, uint64_t address)
{
    size_t index;

    if (find_record(test, address, &index)) {
        hardstop__guest_memory__free_unpacked(test->memory[index], NULL);
        memmove(test->memory + index, test->memory + index + 1,
                (--test->n_memory - index) * sizeof(*test->memory));
    }
}

static bool decode(Hardstop__Case *test, const Hardstop__Section *section, uint32_t number)
{
    struct pieces pieces;
    struct queue queue;
    Hardstop__Ring *ring;

    if (!queue_of(section->virtio, test->setup, number, &queue) || !find_record(test, queue.desc, &pieces.desc) ||
        !find_record(test, queue.avail, &pieces.avail) || !find_record(test, queue.used, &pieces.used) ||
        pieces.desc == pieces.avail || pieces.avail == pieces.used || pieces.desc == pieces.used) {
        return false;
    }
    ring = read_ring(test, &pieces, &queue, section, number);
    if (!comes_back(test, &pieces, &queue, ring)) {
        reflect_free(&ring->base);
        return false;
    }
    drop_record(test, queue.desc);
    drop_record(test, queue.avail);
    drop_record(test, queue.used);
    *HS_PUSH(test->ring, test->n_ring) = ring;
    return true;
}

size_t ring_decode_all(Hardstop__Case *test)
{
    size_t n = 0;

    for (size_t i = 0; test->stream && i < test->stream->n_section; i++) {
        const Hardstop__Section *section = test->stream->section[i];

        if (section->payload_case != HARDSTOP__SECTION__PAYLOAD_VIRTIO || queue_is_packed(section->virtio)) {
            continue;
        }
        for (uint32_t queue = 0; queue < section->virtio->n_queue; queue++) {
            n += decode(test, section, queue);
        }
    }
    return n;
}

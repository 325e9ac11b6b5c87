/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes rings by their tables, each field where the ring has it. */
#include "harness/case/ring_areas.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/queue.h"
#include "harness/wire/field_encode.h"
#include "harness/wire/ring.h"

enum {
    MOST_BYTES = 16 << 20, /* of all rings of a case: hundreds, of the largest queues */
    DESC_AVAIL = 1 << 7, /* VRING_PACKED_DESC_F_AVAIL and _USED */
    DESC_USED = 1 << 15,
};

/* Where the fields of one message come to lie. */
struct laying {
    uint8_t *data; /* the area */
    size_t size, at; /* of the message in it */
    size_t first, slots; /* of an array's elements: which comes first, of how many in a circle */
    size_t behind; /* where what is behind the ring's head and its elements lies; 0: there is nothing */
    bool big;
};

static size_t place_of(const struct laying *laying, const struct field_place *place)
{
    if (place->context.array) {
        return RING_HEAD + place->size * ((laying->first + place->context.index) % laying->slots);
    }
    return laying->behind && place->offset >= RING_HEAD ? laying->behind : place->offset;
}

static void lay_place(void *user, const struct field_place *place)
{
    const struct laying *laying = user;
    size_t at = laying->at + place_of(laying, place);

    if (at + place->size > laying->size) {
        return;
    }
    for (size_t i = 0; i < place->size; i++) {
        size_t byte = laying->big ? place->size - 1 - i : i;

        laying->data[at + byte] = (uint8_t)(place->value >> (8 * i));
    }
}

static void lay_message(struct laying *laying, const struct table *table, const ProtobufCMessage *message)
{
    struct builder scratch = { 0 };
    struct field_encoder encoder = { .out = &scratch, .visit = lay_place, .user = laying };

    field_encode(&encoder, table, message);
    builder_clear(&scratch);
}

/* An area of zeros, for as long as nothing else is added. */
static struct laying add_area(struct ring_areas *areas, const struct queue *queue, uint64_t address, size_t size)
{
    size_t at = areas->bytes.size;
    Hardstop__GuestMemory *area;

    if (areas->n_areas == areas->most_areas) {
        areas->most_areas = areas->most_areas * 2 + 8;
        areas->areas = hs_resize(areas->areas, areas->most_areas, sizeof(*areas->areas));
    }
    area = &areas->areas[areas->n_areas++];
    hardstop__guest_memory__init(area);
    area->has_address = area->has_data = true;
    area->address = address;
    area->data.len = size;
    builder_put_zeros(&areas->bytes, size);
    return (struct laying){ .data = areas->bytes.data + at, .size = size, .big = queue->big };
}

static void lay_avail(struct ring_areas *areas, const struct queue *queue, const Hardstop__VirtqAvail *given)
{
    Hardstop__VirtqAvail avail = HARDSTOP__VIRTQ_AVAIL__INIT;
    struct laying laying;

    avail = given ? *given : avail;
    if (!avail.has_idx) {
        avail.has_idx = true;
        avail.idx = (uint32_t)(queue->last_avail_idx + avail.n_ring);
    }
    laying = add_area(areas, queue, avail.has_address ? avail.address : queue->avail, RING_AVAIL_SIZE(queue->num));
    laying.first = queue->last_avail_idx;
    laying.slots = queue->num;
    laying.behind = RING_HEAD + 2 * queue->num;
    lay_message(&laying, &virtq_avail_table, &avail.base);
}

static void lay_used(struct ring_areas *areas, const struct queue *queue, const Hardstop__VirtqUsed *given)
{
    Hardstop__VirtqUsed used = HARDSTOP__VIRTQ_USED__INIT;
    struct laying laying;

    used = given ? *given : used;
    if (!used.has_idx) {
        used.has_idx = true;
        used.idx = (uint32_t)queue->last_avail_idx;
    }
    laying = add_area(areas, queue, used.has_address ? used.address : queue->used, RING_USED_SIZE(queue->num));
    laying.behind = RING_HEAD + 8 * queue->num;
    lay_message(&laying, &virtq_used_table, &used.base);
}

static void lay_split(struct ring_areas *areas, const struct queue *queue, const Hardstop__SplitRing *ring)
{
    struct laying laying =
        add_area(areas, queue, ring->has_address ? ring->address : queue->desc, RING_DESC_SIZE * ring->n_desc);

    for (size_t i = 0; i < ring->n_desc; i++) {
        laying.at = RING_DESC_SIZE * i;
        lay_message(&laying, &virtq_desc_table, &ring->desc[i]->base);
    }
    lay_avail(areas, queue, ring->avail);
    lay_used(areas, queue, ring->used);
}

static void lay_event(struct ring_areas *areas, const struct queue *queue, uint64_t address,
                      const Hardstop__VirtqEvent *event)
{
    enum { SIZE = 4 };
    struct laying laying;

    if (event) {
        laying = add_area(areas, queue, event->has_address ? event->address : address, SIZE);
        lay_message(&laying, &virtq_event_table, &event->base);
    }
}

static void lay_packed(struct ring_areas *areas, const struct queue *queue, const Hardstop__PackedRing *ring)
{
    struct laying laying =
        add_area(areas, queue, ring->has_address ? ring->address : queue->desc, RING_DESC_SIZE * queue->num);

    for (size_t i = 0; i < ring->n_desc && i < queue->num; i++) {
        Hardstop__VirtqPackedDesc desc = *ring->desc[i];
        size_t slot = queue->last_avail_idx + i;
        bool wrap = queue->wrap != (slot / queue->num % 2 != 0);

        desc.has_flags = true;
        desc.flags |= (desc.has_avail ? desc.avail : wrap) ? DESC_AVAIL : 0;
        desc.flags |= (desc.has_used ? desc.used : !wrap) ? DESC_USED : 0;
        laying.at = RING_DESC_SIZE * (slot % queue->num);
        lay_message(&laying, &virtq_packed_desc_table, &desc.base);
    }
    lay_event(areas, queue, queue->avail, ring->driver);
    lay_event(areas, queue, queue->used, ring->device);
}

static void lay_ring(struct ring_areas *areas, const Hardstop__Case *test, const Hardstop__Ring *ring)
{
    struct queue queue;

    if (areas->bytes.size > MOST_BYTES || !queue_find(test, &ring->idstr, ring->queue, &queue)) {
        return;
    }
    queue.big = ring->has_big_endian ? ring->big_endian : queue.big;
    if (ring->form_case == HARDSTOP__RING__FORM_SPLIT) {
        lay_split(areas, &queue, ring->split);
    } else if (ring->form_case == HARDSTOP__RING__FORM_PACKED) {
        lay_packed(areas, &queue, ring->packed);
    }
}

/* Only now: the bytes may have moved with each piece that came. */
static void list_all(struct ring_areas *areas, const Hardstop__Case *test)
{
    uint8_t *bytes = areas->bytes.data;

    areas->n = test->n_memory + areas->n_areas;
    if (areas->n > areas->most) {
        areas->most = areas->n;
        areas->all = hs_resize(areas->all, areas->most, sizeof(Hardstop__GuestMemory *));
    }
    for (size_t i = 0; i < test->n_memory; i++) {
        areas->all[i] = test->memory[i];
    }
    for (size_t i = 0; i < areas->n_areas; i++) {
        areas->areas[i].data.data = bytes;
        bytes += areas->areas[i].data.len;
        areas->all[test->n_memory + i] = &areas->areas[i];
    }
    areas->list = areas->all;
}

void ring_areas_lay(struct ring_areas *areas, const Hardstop__Case *test)
{
    areas->list = test->memory;
    areas->n = test->n_memory;
    if (!test->n_ring) {
        return;
    }
    builder_reset(&areas->bytes);
    areas->n_areas = 0;
    for (size_t i = 0; i < test->n_ring; i++) {
        lay_ring(areas, test, test->ring[i]);
    }
    list_all(areas, test);
}

void ring_areas_clear(struct ring_areas *areas)
{
    builder_clear(&areas->bytes);
    free(areas->areas);
    free(areas->all);
    *areas = (struct ring_areas){ 0 };
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The search for a canary: features, rings and missing parts first, then all other places. */
#include "harness/canary/canary.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/canary/canary_search.h"
#include "harness/canary/canary_table.h"
#include "harness/message/reflect.h"
#include "harness/message/text.h"

static Hardstop__Subsection *subsection_of(const Hardstop__VirtioSection *device, const char *name)
{
    for (size_t i = 0; i < device->n_subsection; i++) {
        const ProtobufCBinaryData *own = &device->subsection[i]->name;

        if (own->len == strlen(name) && memcmp(own->data, name, own->len) == 0) {
            return device->subsection[i];
        }
    }
    return NULL;
}

/* A feature may add a field: hw/net/virtio-net.c, 7.2. */
static void add_offloads(Hardstop__VirtioSection *device)
{
    if (device->device_case == HARDSTOP__VIRTIO_SECTION__DEVICE_NET && (device->guest_features & 1 << 2)) {
        device->net->has_curr_guest_offloads = true;
        device->net->curr_guest_offloads = 0;
    }
}

/* Features: all that the device offers, which it tells when it is asked for more. */
static int negotiate(struct canary_search *search)
{
    static const char said[] = "Allowed features: 0x";
    Hardstop__VirtioSection *device = canary_search_device(search);
    Hardstop__Subsection *wide = subsection_of(device, "virtio/64bit_features");
    uint64_t *features = wide ? &wide->features_64bit->guest_features : NULL;
    const char *allowed;
    uint64_t offered;

    device->has_guest_features = true;
    device->guest_features = UINT32_MAX;
    if (wide) {
        wide->features_64bit->has_guest_features = true;
        *features = UINT64_MAX;
    }
    canary_search_encode(search);
    if (canary_search_load(search, &search->plain.out) < 0) {
        return -1;
    }
    allowed = strstr(search->answer.text, said);
    if (!allowed) {
        return canary_search_refuse(search, "asking for all features");
    }
    offered = strtoull(allowed + strlen(said), NULL, 16);
    device->guest_features = (uint32_t)offered;
    if (wide) {
        *features = offered;
    }
    add_offloads(device);
    return canary_search_settle(search, "features");
}

static void remember(Hardstop__Case *test, uint64_t address, uint16_t word)
{
    Hardstop__GuestMemory *memory = hs_alloc(sizeof(*memory));

    hardstop__guest_memory__init(memory);
    memory->has_address = memory->has_data = true;
    memory->address = address;
    memory->data.len = 2;
    memory->data.data = hs_alloc(2);
    memory->data.data[0] = (uint8_t)word; /* little-endian: the features hold VIRTIO_F_VERSION_1 */
    memory->data.data[1] = (uint8_t)(word >> 8);
    test->memory = hs_resize(test->memory, test->n_memory + 1, sizeof(*test->memory));
    test->memory[test->n_memory++] = memory;
}

/*
 * Another size than the fresh ring's, and not above it: that is what the device has room for, and what QEMU 11 checks.
 * At least four elements, so that some are in flight.
 */
static uint32_t ring_size(uint32_t fresh, size_t i)
{
    enum { LEAST = 4 };
    uint32_t size = 32u >> i % 3;

    while (size >= fresh && size > LEAST) {
        size /= 2;
    }
    return size < fresh ? size : fresh;
}

static void set_ring(struct canary_search *search, Hardstop__VirtioSection *device, size_t i)
{
    Hardstop__Subsection *rings = subsection_of(device, "virtio/virtqueues");
    Hardstop__VirtQueue *queue = device->queue[i];
    uint64_t desc = CANARY_RING_BASE + i * CANARY_RING_STRIDE;

    queue->has_num = queue->has_desc = queue->has_last_avail_idx = true;
    queue->num = ring_size(queue->num, i);
    queue->desc = desc;
    queue->last_avail_idx = (uint32_t)(0x1122 + i * 0x101);
    remember(search->test, desc + CANARY_RING_AVAIL + 2, (uint16_t)(queue->last_avail_idx + (queue->num > 5 ? 5 : 3)));
    remember(search->test, desc + CANARY_RING_USED + 2, (uint16_t)(queue->last_avail_idx - 3));
    while (rings && rings->virtqueues->n_vq <= i) {
        Hardstop__Virtqueues *list = rings->virtqueues;

        list->vq = hs_resize(list->vq, list->n_vq + 1, sizeof(*list->vq));
        list->vq[list->n_vq++] = (Hardstop__VirtqueueState *)reflect_new(&hardstop__virtqueue_state__descriptor);
    }
    if (rings) {
        rings->virtqueues->vq[i]->has_avail = rings->virtqueues->vq[i]->has_used = true;
        rings->virtqueues->vq[i]->avail = desc + CANARY_RING_AVAIL;
        rings->virtqueues->vq[i]->used = desc + CANARY_RING_USED;
    }
}

static int set_rings(struct canary_search *search)
{
    Hardstop__VirtioSection *device = canary_search_device(search);

    for (size_t i = 0; i < device->n_queue && i < CANARY_MAX_RINGS; i++) {
        set_ring(search, device, i);
    }
    return canary_search_settle(search, "rings");
}

static bool is_wanted(const struct canary_search *search, const struct canary_part *part)
{
    return (!part->families || fnmatch(part->families, search->family->name, 0) == 0) &&
           (!part->subsection || !subsection_of(canary_search_device(search), part->subsection));
}

/* The first section with a payload of that kind. */
static Hardstop__Section *section_with(const struct canary_search *search, int payload)
{
    Hardstop__Stream *stream = search->test->stream;

    for (size_t i = 0; i < stream->n_section; i++) {
        if ((int)stream->section[i]->payload_case == payload) {
            return stream->section[i];
        }
    }
    return NULL;
}

/*
 * What was saved may not be accepted: a disk of a newer machine type loads a request that reports a unit attention, and
 * saves it as one that it would read on from.  Such a part is left out.
 */
static int settle_part(struct canary_search *search, const struct canary_part *part, Hardstop__Stream *before)
{
    int result = canary_search_settle(search, part->text);

    if (result == 0) {
        result = canary_search_load(search, &search->plain.out);
    }
    if (result == 0 && search->answer.outcome != OUTCOME_ACCEPTED) {
        Hardstop__Stream *refused = search->test->stream;

        search->test->stream = before;
        before = refused;
        canary_search_encode(search);
    }
    stream_free(before);
    return result;
}

static int add_part(struct canary_search *search, const struct canary_part *part)
{
    ProtobufCMessage *message = text_parse(&hardstop__section__descriptor, part->text, strlen(part->text), search->err);
    Hardstop__Stream *before;
    Hardstop__Section *section;

    if (!message) {
        return hs_fail_in(search->err, "%s", part->text);
    }
    section = section_with(search, (int)((Hardstop__Section *)message)->payload_case);
    HS_CHECK(section, "%s: no such section: %s", search->family->name, part->text);
    before = (Hardstop__Stream *)reflect_clone(&search->test->stream->base);
    reflect_merge(&section->base, message, part->subsection ? REFLECT_APPEND : REFLECT_OVERLAY);
    reflect_free(message);
    return settle_part(search, part, before);
}

static int add_parts(struct canary_search *search)
{
    for (const struct canary_part *part = canary_parts; part->text; part++) {
        if (is_wanted(search, part) && add_part(search, part) < 0) {
            return -1;
        }
    }
    return 0;
}

int canary_make(struct loader *loader, const struct family *family, Hardstop__Case *test, struct canary *canary,
                struct hs_error *err)
{
    struct canary_search search = { .loader = loader, .family = family, .test = test, .err = err };
    int result = -1;

    memset(canary, 0, sizeof(*canary));
    if (!canary_search_device(&search)) {
        return hs_fail(err, HS_NO_OFFSET, "%s: no virtio section", family->name);
    }
    if (negotiate(&search) == 0 && set_rings(&search) == 0 && add_parts(&search) == 0) {
        result = canary_search_fill(&search) < 0 ? -1 : canary_search_settle(&search, "the end");
    }
    case_mark_captured(test);
    canary->loads = search.loads;
    stream_encoding_clear(&search.plain);
    return result;
}

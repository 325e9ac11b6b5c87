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
#include "harness/canary/queues.h"
#include "harness/message/reflect.h"
#include "harness/message/text.h"

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
    Hardstop__VirtQueue *queue = device->queue[i];
    uint64_t desc = queues_place(device, i, ring_size(queue->num, i), (uint16_t)(0x1122 + i * 0x101));

    remember(search->test, desc + CANARY_RING_AVAIL + 2, (uint16_t)(queue->last_avail_idx + (queue->num > 5 ? 5 : 3)));
    remember(search->test, desc + CANARY_RING_USED + 2, (uint16_t)(queue->last_avail_idx - 3));
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
           (!part->subsection || !queues_subsection(canary_search_device(search), part->subsection));
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
    if (queues_negotiate(&search) == 0 && set_rings(&search) == 0 && add_parts(&search) == 0) {
        result = canary_search_fill(&search) < 0 ? -1 : canary_search_settle(&search, "the end");
    }
    case_mark_captured(test);
    canary->loads = search.loads;
    ring_areas_clear(&search.areas);
    stream_encoding_clear(&search.plain);
    return result;
}

int canary_offered(struct loader *loader, const struct family *family, const Hardstop__Case *fresh, uint64_t *offered,
                   struct hs_error *err)
{
    Hardstop__Case *test = case_clone(fresh);
    struct canary_search search = { .loader = loader, .family = family, .test = test, .err = err };
    int result = canary_search_device(&search) ? queues_ask_features(&search, offered)
                                               : hs_fail(err, HS_NO_OFFSET, "%s: no virtio section", family->name);

    ring_areas_clear(&search.areas);
    stream_encoding_clear(&search.plain);
    case_free(test);
    return result;
}

void canary_set_features(Hardstop__Case *test, uint64_t features)
{
    const struct canary_search search = { .test = test };
    Hardstop__VirtioSection *device = canary_search_device(&search);

    if (device) {
        queues_set_features(device, features);
    }
}

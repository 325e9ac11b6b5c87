/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Negotiates, lays requests into rings, and has the loader serve them. */
#include "harness/canary/in_use.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/canary/canary_search.h"
#include "harness/canary/canary_table.h"
#include "harness/canary/in_use_table.h"
#include "harness/canary/queues.h"
#include "harness/case/case.h"
#include "harness/case/queue.h"
#include "harness/judge/state_bytes.h"
#include "harness/message/reflect.h"
#include "harness/wire/stream.h"

enum {
    MOST_ENTRIES = 16, /* of a ring: a chain has up to four, and no queue has more than four chains */
    BUFFERS = 0x180000, /* guest memory, behind the rings: */
    BUFFERS_STRIDE = 0x2000, /* so much for a queue, of which the first half is read, and the other written to */
    IN_USE = 0xf, /* status: acknowledged, driver, features, driver ok */
    MASTER = 4, /* of the command register, without which a device on pci reaches no memory */
    FLAG_NEXT = 1,
    FLAG_WRITE = 2,
};

static void replace(char **word, char *by)
{
    free(*word);
    *word = by;
}

static void add_option(Hardstop__Setup *setup, const char *option, const char *value)
{
    *HS_PUSH(setup->option, setup->n_option) = hs_strdup(option);
    *HS_PUSH(setup->option, setup->n_option) = hs_strdup(value);
}

void in_use_connect(Hardstop__Setup *setup)
{
    for (size_t i = 0; i < setup->n_option; i++) {
        char **option = &setup->option[i];

        if (strncmp(*option, "driver=null-", 12) == 0) {
            replace(option, hs_format("%s,read-zeroes=on", *option));
        } else if (strncmp(*option, "null,", 5) == 0) {
            replace(option, hs_format("file,%s,path=/dev/null", *option + 5));
        }
    }
    for (size_t i = 0; i < setup->n_device; i++) {
        char **device = &setup->device[i];

        if (strncmp(*device, "virtio-net", 10) == 0 && !strstr(*device, "netdev=")) {
            replace(device, hs_format("%s,netdev=n0", *device));
            add_option(setup, "-netdev", "hubport,id=n0,hubid=0");
            add_option(setup, "-object", "filter-dump,id=f0,netdev=n0,file=/dev/null");
        }
    }
}

static bool is_for(const struct in_use_request *request, const struct family *family,
                   const Hardstop__VirtioSection *device)
{
    return fnmatch(request->families, family->name, 0) == 0 && request->queue < device->n_queue;
}

static void set_in_use(Hardstop__VirtioSection *device)
{
    const uint16_t first_index = 0x3fe; /* close to where a ring begins anew */

    device->has_status = true;
    device->status = IN_USE;
    if (device->transport_case == HARDSTOP__VIRTIO_SECTION__TRANSPORT_PCI && device->pci->config.len > 4) {
        device->pci->config.data[4] |= MASTER;
    }
    for (size_t i = 0; i < device->n_queue && i < CANARY_MAX_RINGS; i++) {
        uint32_t num = device->queue[i]->num;

        if (num) {
            queues_place(device, i, num < MOST_ENTRIES ? num : MOST_ENTRIES, first_index);
        }
    }
}

/* The rings of one queue while requests are added to it. */
struct filling {
    Hardstop__Case *test;
    Hardstop__Ring *ring;
    uint64_t read, write; /* where the next bytes go that the device reads, or writes */
    uint32_t n; /* descriptors so far */
};

static void add_desc(struct filling *filling, uint64_t addr, uint32_t len, uint32_t flags)
{
    if (filling->ring->form_case == HARDSTOP__RING__FORM_PACKED) {
        Hardstop__PackedRing *ring = filling->ring->packed;
        Hardstop__VirtqPackedDesc *desc =
            (Hardstop__VirtqPackedDesc *)reflect_new(&hardstop__virtq_packed_desc__descriptor);

        desc->has_addr = desc->has_len = desc->has_flags = true;
        desc->addr = addr;
        desc->len = len;
        desc->flags = flags;
        *HS_PUSH(ring->desc, ring->n_desc) = desc;
    } else {
        Hardstop__SplitRing *ring = filling->ring->split;
        Hardstop__VirtqDesc *desc = (Hardstop__VirtqDesc *)reflect_new(&hardstop__virtq_desc__descriptor);

        desc->has_addr = desc->has_len = desc->has_flags = true;
        desc->addr = addr;
        desc->len = len;
        desc->flags = flags;
        desc->has_next = (flags & FLAG_NEXT) != 0;
        desc->next = desc->has_next ? filling->n + 1 : 0;
        *HS_PUSH(ring->desc, ring->n_desc) = desc;
    }
    filling->n++;
}

static void add_bytes(struct filling *filling, const struct in_use_request *request)
{
    Hardstop__GuestMemory *memory = (Hardstop__GuestMemory *)reflect_new(&hardstop__guest_memory__descriptor);

    memory->has_address = memory->has_data = true;
    memory->address = filling->read;
    memory->data.len = request->size;
    memory->data.data = hs_copy(request->readable, request->size);
    *HS_PUSH(filling->test->memory, filling->test->n_memory) = memory;
}

/* The pieces of a request, before it is known which is the last. */
struct chain {
    struct {
        uint64_t addr;
        uint32_t len, flags;
    } parts[4];
    size_t n;
};

/* A piece at the place, which moves behind it. */
static void add_part(struct chain *chain, uint64_t *place, uint32_t len, uint32_t flags)
{
    enum { STEP = 64 };

    chain->parts[chain->n].addr = *place;
    chain->parts[chain->n].len = len;
    chain->parts[chain->n++].flags = flags;
    *place += (len + STEP - 1) / STEP * STEP;
}

static void add_request(struct filling *filling, const struct in_use_request *request)
{
    struct chain chain = { .n = 0 };
    uint32_t head = filling->n;

    if (request->readable) {
        add_bytes(filling, request);
        add_part(&chain, &filling->read, (uint32_t)request->size, 0);
    }
    if (request->more) {
        add_part(&chain, &filling->read, (uint32_t)request->more, 0);
    }
    for (size_t i = 0; i < HS_COUNT(request->writable) && request->writable[i]; i++) {
        add_part(&chain, &filling->write, request->writable[i], FLAG_WRITE);
    }
    for (size_t i = 0; i < chain.n; i++) {
        add_desc(filling, chain.parts[i].addr, chain.parts[i].len,
                 chain.parts[i].flags | (i + 1 < chain.n ? FLAG_NEXT : 0));
    }
    if (filling->ring->form_case == HARDSTOP__RING__FORM_SPLIT) {
        Hardstop__VirtqAvail *avail = filling->ring->split->avail;

        avail->ring = hs_resize(avail->ring, avail->n_ring + 1, sizeof(*avail->ring));
        avail->ring[avail->n_ring++] = head;
    }
}

static void add_rings(Hardstop__Case *test, const struct family *family, const Hardstop__Section *section)
{
    const Hardstop__VirtioSection *device = section->virtio;

    for (uint32_t queue = 0; queue < device->n_queue && queue < CANARY_MAX_RINGS; queue++) {
        struct filling filling = { .test = test, .read = BUFFERS + queue * BUFFERS_STRIDE };

        if (!device->queue[queue]->num) {
            continue;
        }
        filling.write = filling.read + BUFFERS_STRIDE / 2;
        filling.ring = queue_new_ring(section, queue, queue_is_packed(device));
        if (filling.ring->form_case == HARDSTOP__RING__FORM_SPLIT) {
            filling.ring->split->avail = (Hardstop__VirtqAvail *)reflect_new(&hardstop__virtq_avail__descriptor);
        }
        *HS_PUSH(test->ring, test->n_ring) = filling.ring;
        for (const struct in_use_request *request = in_use_requests; request->families; request++) {
            if (request->queue == queue && is_for(request, family, device)) {
                add_request(&filling, request);
            }
        }
    }
}

static const Hardstop__Section *section_of(const Hardstop__Stream *stream)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        if (stream->section[i]->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO) {
            return stream->section[i];
        }
    }
    return NULL;
}

int in_use_make(struct loader *loader, const struct family *family, Hardstop__Case *test, struct hs_error *err)
{
    struct canary_search search = { .loader = loader, .family = family, .test = test, .err = err };
    int result = -1;

    if (!canary_search_device(&search)) {
        return hs_fail(err, HS_NO_OFFSET, "%s: no virtio section", family->name);
    }
    if (queues_negotiate(&search) == 0) {
        set_in_use(canary_search_device(&search));
        add_rings(test, family, section_of(test->stream));
        result = canary_search_settle(&search, "in use");
    }
    case_mark_captured(test);
    ring_areas_clear(&search.areas);
    stream_encoding_clear(&search.plain);
    return result;
}

/* How many of a queue's requests the device takes before it is stopped. */
static size_t requests_of(const struct family *family, const Hardstop__VirtioSection *device, uint32_t queue)
{
    size_t n = 0;

    for (const struct in_use_request *request = in_use_requests; request->families; request++) {
        n += request->queue == queue && request->when != IN_USE_LATER && is_for(request, family, device);
    }
    return n;
}

static int compare_queues(const struct family *family, const Hardstop__VirtioSection *before,
                          const Hardstop__VirtioSection *after, struct hs_error *err)
{
    for (uint32_t i = 0; i < before->n_queue; i++) {
        struct queue from, to;
        size_t requests = requests_of(family, before, i), taken;

        if (!requests) {
            continue;
        }
        if (!queue_of(before, NULL, i, &from) || !queue_of(after, NULL, i, &to)) {
            return hs_fail(err, HS_NO_OFFSET, "%s: queue %" PRIu32 " is not in use", family->name, i);
        }
        taken = (size_t)(uint16_t)(to.last_avail_idx - from.last_avail_idx);
        if (taken < requests) {
            return hs_fail(err, HS_NO_OFFSET, "%s: of queue %" PRIu32 " %zu of %zu requests are served", family->name,
                           i, taken, requests);
        }
    }
    return 0;
}

static int check_served(const struct family *family, const Hardstop__Case *test, const struct loader_answer *answer,
                        struct hs_error *err)
{
    Hardstop__Stream *stream =
        answer->used_size ? state_adopt_any(test->stream, answer->used, answer->used_size) : NULL;
    const Hardstop__Section *before = section_of(test->stream), *after = stream ? section_of(stream) : NULL;
    int result = before && after ? compare_queues(family, before->virtio, after->virtio, err)
                                 : hs_fail(err, HS_NO_OFFSET, "%s: in use: %s: %.*s", family->name,
                                           outcome_name(answer->outcome), (int)strcspn(answer->text, "\n"),
                                           answer->text);

    stream_free(stream);
    return result;
}

int in_use_check(struct loader *loader, const struct family *family, const Hardstop__Case *test, struct hs_error *err)
{
    struct stream_encoding plain = { 0 };
    struct ring_areas areas = { 0 };
    struct loader_answer answer;
    struct loader_input input;
    int result;

    stream_encode(test->stream, &plain, NULL, NULL);
    input = loader_input_of(test, &plain.out, false, &areas);
    input.pokes = POKE_BIT(POKE_CONT) | POKE_BIT(POKE_KICK) | POKE_BIT(POKE_INPUT) | POKE_BIT(POKE_STOP);
    result = loader_load(loader, &input, &answer, err);
    if (result == 0) {
        result = check_served(family, test, &answer, err);
    }
    ring_areas_clear(&areas);
    stream_encoding_clear(&plain);
    return result;
}

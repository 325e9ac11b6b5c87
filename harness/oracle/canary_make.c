/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The search for a canary: features, rings and missing parts first, then all other places at once; what is refused is
 * halved until the culprits are found.
 */
#include "harness/oracle/canary.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/oracle/canary_table.h"
#include "harness/oracle/state.h"
#include "harness/wire/tables.h"
#include "proto/reflect.h"
#include "proto/text.h"

enum { ATTEMPTS = 2 };

/* A place that a canary is tried in: a number, or one byte of a blob. */
struct place {
    size_t offset; /* in the encoded stream */
    unsigned size;
    bool little;
    bool refused;
    uint64_t value;
};

struct search {
    struct loader *loader;
    const struct family *family;
    Hardstop__Case *test;
    struct stream_encoding plain; /* of the test's stream */
    struct place *places;
    size_t n;
    size_t config; /* offset of the pci configuration space, or SIZE_MAX */
    unsigned long loads;
    struct loader_answer answer;
    struct hs_error *err;
};

static Hardstop__VirtioSection *device_of(const struct search *search)
{
    Hardstop__Stream *stream = search->test->stream;

    for (size_t i = 0; i < stream->n_section; i++) {
        if (stream->section[i]->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO) {
            return stream->section[i]->virtio;
        }
    }
    return NULL;
}

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

static int load(struct search *search, const struct builder *bytes)
{
    struct loader_input input = { .bytes = bytes->data, .size = bytes->size, .memory = search->test->memory,
                                  .n_memory = search->test->n_memory };

    search->loads++;
    return loader_load(search->loader, &input, &search->answer, search->err);
}

static void encode(struct search *search)
{
    stream_encode(search->test->stream, &search->plain, NULL, NULL);
}

/* Takes over what the loader saved; false where it saved no such sections, or when it did not accept. */
static bool adopt(struct search *search)
{
    Hardstop__Stream *stream = search->answer.outcome != OUTCOME_ACCEPTED
                                   ? NULL
                                   : state_adopt(search->test->stream, search->answer.saved, search->answer.saved_size);

    if (!stream) {
        return false;
    }
    hardstop__stream__free_unpacked(search->test->stream, NULL);
    search->test->stream = stream;
    encode(search);
    return true;
}

/* The first line of QEMU's words, for errors. */
static int refuse(const struct search *search, const char *step)
{
    const char *text = search->answer.text ? search->answer.text : "";

    return hs_fail(search->err, HS_NO_OFFSET, "%s: %s: %s: %.*s", search->family->name, step,
                   outcome_name(search->answer.outcome), (int)strcspn(text, "\n"), text);
}

/* Loads the test as it is and goes on with what is saved. */
static int settle(struct search *search, const char *step)
{
    encode(search);
    if (load(search, &search->plain.out) < 0) {
        return -1;
    }
    return adopt(search) ? 0 : refuse(search, step);
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
static int negotiate(struct search *search)
{
    static const char said[] = "Allowed features: 0x";
    Hardstop__VirtioSection *device = device_of(search);
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
    encode(search);
    if (load(search, &search->plain.out) < 0) {
        return -1;
    }
    allowed = strstr(search->answer.text, said);
    if (!allowed) {
        return refuse(search, "asking for all features");
    }
    offered = strtoull(allowed + strlen(said), NULL, 16);
    device->guest_features = (uint32_t)offered;
    if (wide) {
        *features = offered;
    }
    add_offloads(device);
    return settle(search, "features");
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

static void set_ring(struct search *search, Hardstop__VirtioSection *device, size_t i)
{
    Hardstop__Subsection *rings = subsection_of(device, "virtio/virtqueues");
    Hardstop__VirtQueue *queue = device->queue[i];
    uint64_t desc = CANARY_RING_BASE + i * CANARY_RING_STRIDE;

    queue->has_num = queue->has_desc = queue->has_last_avail_idx = true;
    queue->num = queue->num == 32u >> i % 3 ? 128 : 32u >> i % 3;
    queue->desc = desc;
    queue->last_avail_idx = (uint32_t)(0x1122 + i * 0x101);
    remember(search->test, desc + CANARY_RING_AVAIL + 2, (uint16_t)(queue->last_avail_idx + 5));
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

static int set_rings(struct search *search)
{
    Hardstop__VirtioSection *device = device_of(search);

    for (size_t i = 0; i < device->n_queue && i < CANARY_MAX_RINGS; i++) {
        set_ring(search, device, i);
    }
    return settle(search, "rings");
}

static bool is_wanted(const struct search *search, const struct canary_part *part)
{
    return (!part->families || fnmatch(part->families, search->family->name, 0) == 0) &&
           (!part->subsection || !subsection_of(device_of(search), part->subsection));
}

/* The first section with a payload of that kind. */
static Hardstop__Section *section_with(const struct search *search, int payload)
{
    Hardstop__Stream *stream = search->test->stream;

    for (size_t i = 0; i < stream->n_section; i++) {
        if ((int)stream->section[i]->payload_case == payload) {
            return stream->section[i];
        }
    }
    return NULL;
}

static int add_part(struct search *search, const struct canary_part *part)
{
    ProtobufCMessage *message = text_parse(&hardstop__section__descriptor, part->text, strlen(part->text), search->err);
    Hardstop__Section *section;

    if (!message) {
        return hs_fail_in(search->err, "%s", part->text);
    }
    section = section_with(search, (int)((Hardstop__Section *)message)->payload_case);
    HS_CHECK(section, "%s: no such section: %s", search->family->name, part->text);
    reflect_merge(&section->base, message, part->subsection ? REFLECT_APPEND : REFLECT_OVERLAY);
    reflect_free(message);
    return settle(search, part->text);
}

static int add_parts(struct search *search)
{
    for (const struct canary_part *part = canary_parts; part->text; part++) {
        if (is_wanted(search, part) && add_part(search, part) < 0) {
            return -1;
        }
    }
    return 0;
}

static void add_place(struct search *search, struct place place)
{
    if ((search->n & (search->n - 1)) == 0) {
        search->places = hs_resize(search->places, search->n ? search->n * 2 : 1, sizeof(*search->places));
    }
    search->places[search->n++] = place;
}

static void add_entry(struct search *search, const struct map_entry *entry, uint64_t vectors, unsigned attempt)
{
    struct place place = { .offset = entry->offset, .size = entry->field->width, .little = entry->field->little };
    uint8_t byte;

    if (entry->field->kind != FIELD_BYTES) {
        if (canary_value(entry, vectors, attempt, &place.value)) {
            add_place(search, place);
        }
        return;
    }
    for (size_t i = 0; i < entry->size; i++) {
        if (canary_byte(entry, i, attempt, &byte)) {
            add_place(search, (struct place){ .offset = entry->offset + i, .size = 1, .value = byte });
        }
    }
    if (strcmp(entry->path, "virtio.pci.config") == 0) {
        search->config = entry->offset;
    }
}

/* The places of the device's sections: all that are described but the last, which stays as it is. */
static void find_places(struct search *search, unsigned attempt)
{
    Hardstop__VirtioSection *device = device_of(search);
    uint64_t vectors = device->transport_case == HARDSTOP__VIRTIO_SECTION__TRANSPORT_PCI
                           ? pci_msix_vectors(device->pci) : 0;
    size_t last = canary_last_section(search->test->stream);
    struct map map;

    search->n = 0;
    search->config = SIZE_MAX;
    map_init(&map, search->test->stream, NULL);
    for (size_t i = 0; i < map.n; i++) {
        const struct map_entry *entry = &map.entries[i];

        if (canary_is_field(entry, last)) {
            add_entry(search, entry, vectors, attempt);
        }
    }
    map_clear(&map);
}

static void write_place(struct builder *bytes, const struct place *place)
{
    for (unsigned i = 0; i < place->size; i++) {
        unsigned shift = 8 * (place->little ? i : place->size - 1 - i);

        bytes->data[place->offset + i] = (uint8_t)(place->value >> shift);
    }
}

/*
 * QEMU tells which bits of a byte of configuration space are fixed (get_pci_config_device(), hw/pci/pci.c, 7.2): those
 * stay, and the others may still differ.
 */
static bool mend_config(struct search *search, size_t from, size_t to)
{
    const char *said = strstr(search->answer.text, "Bad config data: i=");
    unsigned i, read, device, cmask, wmask, w1cmask, fixed;

    if (!said || search->config == SIZE_MAX ||
        sscanf(said, "Bad config data: i=%x read: %x device: %x cmask: %x wmask: %x w1cmask:%x", &i, &read, &device,
               &cmask, &wmask, &w1cmask) != 6) {
        return false;
    }
    fixed = cmask & ~wmask & ~w1cmask;
    for (size_t k = from; k < to; k++) {
        struct place *place = &search->places[k];
        uint64_t mended = (place->value & ~fixed) | (device & fixed);

        if (place->offset == search->config + i && mended != place->value) {
            place->value = mended & 0xff;
            return true;
        }
    }
    return false;
}

/* Loads with places `from` to `to` filled in: 1 when the loader keeps the layout, 0 when not, -1 without an answer. */
static int try_places(struct search *search, size_t from, size_t to)
{
    struct builder bytes = { 0 };
    size_t size = search->plain.out.size;
    int result;

    do {
        builder_clear(&bytes);
        builder_put(&bytes, search->plain.out.data, size);
        for (size_t i = from; i < to; i++) {
            write_place(&bytes, &search->places[i]);
        }
        result = load(search, &bytes);
    } while (result == 0 && search->answer.outcome == OUTCOME_REJECTED && mend_config(search, from, to));
    builder_clear(&bytes);
    if (result < 0 || search->answer.outcome != OUTCOME_ACCEPTED) {
        return result;
    }
    return 1;
}

/* Goes on with what was saved, unless its layout is another: then with what was before. */
static bool keep(struct search *search)
{
    Hardstop__Stream *before = (Hardstop__Stream *)reflect_clone(&search->test->stream->base);
    size_t size = search->plain.out.size;
    bool kept = adopt(search) && search->plain.out.size == size;

    if (kept) {
        hardstop__stream__free_unpacked(before, NULL);
    } else {
        hardstop__stream__free_unpacked(search->test->stream, NULL);
        search->test->stream = before;
        encode(search);
    }
    return kept;
}

static int fill(struct search *search, size_t from, size_t to)
{
    size_t middle = from + (to - from) / 2;
    int tried = from < to ? try_places(search, from, to) : 1;

    if (tried < 0) {
        return -1;
    }
    if (from == to || (tried && keep(search))) {
        return 0;
    }
    if (to - from == 1) {
        search->places[from].refused = true;
        return 0;
    }
    return fill(search, from, middle) < 0 ? -1 : fill(search, middle, to);
}

/* What is refused gets another value, once: the first may only have been unlucky. */
static int fill_again(struct search *search)
{
    struct place *refused;
    size_t n = 0;

    refused = hs_resize(NULL, search->n, sizeof(*refused));
    for (size_t i = 0; i < search->n; i++) {
        if (search->places[i].refused) {
            refused[n++] = search->places[i];
        }
    }
    find_places(search, 1);
    for (size_t i = 0, k = 0; i < n; i++) {
        while (k < search->n && search->places[k].offset < refused[i].offset) {
            k++;
        }
        if (k < search->n && search->places[k].offset == refused[i].offset) {
            refused[i].value = search->places[k].value;
        }
        refused[i].refused = false;
    }
    free(search->places);
    search->places = refused;
    search->n = n;
    return fill(search, 0, n);
}

int canary_make(struct loader *loader, const struct family *family, Hardstop__Case *test, struct canary *canary,
                struct hs_error *err)
{
    struct search search = { .loader = loader, .family = family, .test = test, .err = err };
    int result = -1;

    memset(canary, 0, sizeof(*canary));
    if (!device_of(&search)) {
        return hs_fail(err, HS_NO_OFFSET, "%s: no virtio section", family->name);
    }
    if (negotiate(&search) == 0 && set_rings(&search) == 0 && add_parts(&search) == 0) {
        find_places(&search, 0);
        result = fill(&search, 0, search.n) < 0 || fill_again(&search) < 0 ? -1 : settle(&search, "the end");
    }
    case_mark_captured(test);
    canary->loads = search.loads;
    free(search.places);
    stream_encoding_clear(&search.plain);
    return result;
}

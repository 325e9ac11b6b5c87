/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All places of a device at once; what is refused is halved until the culprits are found. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/canary/canary_search.h"
#include "harness/canary/canary_table.h"
#include "harness/wire/virtio/tables.h"
#include "harness/message/reflect.h"

/* A place that a canary is tried in: a number, or one byte of a blob. */
struct place {
    size_t offset; /* in the encoded stream */
    unsigned size;
    bool little;
    bool refused;
    uint64_t value;
};

struct filling {
    struct canary_search *search;
    struct place *places;
    size_t n;
    size_t config; /* offset of the pci configuration space, or SIZE_MAX */
};

static void add_place(struct filling *filling, struct place place)
{
    *HS_PUSH(filling->places, filling->n) = place;
}

static void add_entry(struct filling *filling, const struct map_entry *entry, uint64_t vectors, unsigned attempt)
{
    struct place place = { .offset = entry->offset, .size = entry->field->width, .little = entry->field->little };
    uint8_t byte;

    if (entry->field->kind != FIELD_BYTES) {
        if (canary_value(entry, vectors, attempt, &place.value)) {
            add_place(filling, place);
        }
        return;
    }
    for (size_t i = 0; i < entry->size; i++) {
        if (canary_byte(entry, i, attempt, &byte)) {
            add_place(filling, (struct place){ .offset = entry->offset + i, .size = 1, .value = byte });
        }
    }
    if (strcmp(entry->path, "virtio.pci.config") == 0) {
        filling->config = entry->offset;
    }
}

/* The places of the device's sections: all that are described but the last, which stays as it is. */
static void find_places(struct filling *filling, unsigned attempt)
{
    Hardstop__VirtioSection *device = canary_search_device(filling->search);
    uint64_t vectors = device->transport_case == HARDSTOP__VIRTIO_SECTION__TRANSPORT_PCI
                           ? pci_msix_vectors(device->pci) : 0;
    size_t last = canary_last_section(filling->search->test->stream);
    struct map map;

    filling->n = 0;
    filling->config = SIZE_MAX;
    map_init(&map, filling->search->test->stream, NULL);
    for (size_t i = 0; i < map.n; i++) {
        const struct map_entry *entry = &map.entries[i];

        if (canary_is_field(entry, last)) {
            add_entry(filling, entry, vectors, attempt);
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

/* The bits of configuration space that are fixed stay, and the others may still differ. */
static bool mend_config(struct filling *filling, size_t from, size_t to)
{
    unsigned i, fixed, device;

    if (filling->config == SIZE_MAX || !canary_search_config(filling->search->answer.text, &i, &fixed, &device)) {
        return false;
    }
    for (size_t k = from; k < to; k++) {
        struct place *place = &filling->places[k];
        uint64_t mended = (place->value & ~fixed) | (device & fixed);

        if (place->offset == filling->config + i && mended != place->value) {
            place->value = mended & 0xff;
            return true;
        }
    }
    return false;
}

/* Loads with places `from` to `to` filled in: 1 when the loader keeps the layout, 0 when not, -1 without an answer. */
static int try_places(struct filling *filling, size_t from, size_t to)
{
    struct builder bytes = { 0 };
    size_t size = filling->search->plain.out.size;
    int result;

    do {
        builder_clear(&bytes);
        builder_put(&bytes, filling->search->plain.out.data, size);
        for (size_t i = from; i < to; i++) {
            write_place(&bytes, &filling->places[i]);
        }
        result = canary_search_try(filling->search, &bytes);
    } while (result == 0 && filling->search->answer.outcome == OUTCOME_REJECTED && mend_config(filling, from, to));
    builder_clear(&bytes);
    if (result < 0 || filling->search->answer.outcome != OUTCOME_ACCEPTED) {
        return result;
    }
    return 1;
}

/* Goes on with what was saved, unless its layout is another: then with what was before. */
static bool keep(struct filling *filling)
{
    Hardstop__Stream *before = (Hardstop__Stream *)reflect_clone(&filling->search->test->stream->base);
    size_t size = filling->search->plain.out.size;
    bool kept = canary_search_adopt(filling->search) && filling->search->plain.out.size == size;

    if (kept) {
        stream_free(before);
    } else {
        stream_free(filling->search->test->stream);
        filling->search->test->stream = before;
        canary_search_encode(filling->search);
    }
    return kept;
}

static int fill(struct filling *filling, size_t from, size_t to)
{
    size_t middle = from + (to - from) / 2;
    int tried = from < to ? try_places(filling, from, to) : 1;

    if (tried < 0) {
        return -1;
    }
    if (from == to || (tried && keep(filling))) {
        return 0;
    }
    if (to - from == 1) {
        filling->places[from].refused = true;
        return 0;
    }
    return fill(filling, from, middle) < 0 ? -1 : fill(filling, middle, to);
}

/* What is refused gets another value, once: the first may only have been unlucky. */
static int fill_again(struct filling *filling)
{
    struct place *refused;
    size_t n = 0;

    refused = hs_resize(NULL, filling->n, sizeof(*refused));
    for (size_t i = 0; i < filling->n; i++) {
        if (filling->places[i].refused) {
            refused[n++] = filling->places[i];
        }
    }
    find_places(filling, 1);
    for (size_t i = 0, k = 0; i < n; i++) {
        while (k < filling->n && filling->places[k].offset < refused[i].offset) {
            k++;
        }
        if (k < filling->n && filling->places[k].offset == refused[i].offset) {
            refused[i].value = filling->places[k].value;
        }
        refused[i].refused = false;
    }
    free(filling->places);
    filling->places = refused;
    filling->n = n;
    return fill(filling, 0, n);
}

int canary_search_fill(struct canary_search *search)
{
    struct filling filling = { .search = search };
    int result;

    find_places(&filling, 0);
    result = fill(&filling, 0, filling.n) < 0 || fill_again(&filling) < 0 ? -1 : 0;
    free(filling.places);
    return result;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds places by the description, and remembers them by their path. */
#include "harness/canary/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/alloc.h"
#include "harness/canary/canary_search.h"
#include "harness/canary/canary_table.h"

#define uthash_malloc(size) hs_alloc(size)
#include <uthash.h>

struct place_memory {
    uint64_t key;
    uint8_t fresh[PLACE_MOST];
    unsigned attempts; /* so many were made */
    enum fate fate;
    UT_hash_handle hh;
};

/* Calls `see` for each place of the stream. */
struct place_walk {
    const struct map *map;
    void (*see)(struct place_walk *walk, const struct map_entry *entry, const struct place *place);
    struct places *places;
    unsigned attempt;
    struct canary *canary;
};

void place_value(const char *path, size_t byte, enum vmdesc_type type, unsigned attempt, const uint8_t *now,
                 uint8_t *out, unsigned size)
{
    uint64_t hash = XXH3_64bits_withSeed(path, strlen(path), byte + 1);
    unsigned bit = (unsigned)(hash % (8 * size));

    memcpy(out, now, size);
    if (type == VMDESC_BOOL) {
        out[size - 1] = !now[size - 1];
        return;
    }
    switch (attempt) {
    case 0:
        for (unsigned i = 0; i < size; i++) {
            out[i] = (uint8_t)(1 + (hash >> (8 * i) & 0xff) % 255);
        }
        break;
    case 1:
        /* Its neighbour, but not zero. */
        out[size - 1] ^= 1;
        out[size - 1] |= bytes_are_zero(out, size) ? 2 : 0;
        break;
    case 2:
        memset(out, 0, size);
        out[size - 1] = (uint8_t)(2 + hash % 6);
        break;
    default:
        out[size - 1 - bit / 8] ^= (uint8_t)(1 << bit % 8);
        break;
    }
    if (memcmp(out, now, size) == 0) {
        out[size - 1] ^= 1;
    }
}

static bool is_place(const struct map_entry *entry)
{
    return map_is_payload(entry) && entry->part == FIELD_PART_DESCRIPTION;
}

static bool is_blob(const struct map_entry *entry)
{
    return entry->type == VMDESC_BUFFER || entry->type == VMDESC_UNUSED || entry->size > PLACE_MOST;
}

static bool ends_in(const char *text, const char *ending)
{
    size_t n = strlen(text), m = strlen(ending);

    return n >= m && strcmp(text + n - m, ending) == 0;
}

static void walk_entry(struct place_walk *walk, const struct map_entry *entry)
{
    struct place place = { .size = is_blob(entry) ? 1 : (unsigned)entry->size,
                           .is_config = is_blob(entry) && ends_in(entry->path, "config[0]") };

    for (size_t i = 0; i < entry->size; i += place.size) {
        XXH64_hash_t salt = entry->section * UINT64_C(0x100000000) + i;

        place.key = XXH3_64bits_withSeed(entry->path, strlen(entry->path), salt);
        place.byte = i;
        place.offset = entry->offset + i;
        walk->see(walk, entry, &place);
    }
}

static void walk(struct place_walk *walk, const Hardstop__Stream *stream)
{
    struct map map;

    map_init(&map, stream, NULL);
    walk->map = &map;
    for (size_t i = 0; i < map.n; i++) {
        if (is_place(&map.entries[i])) {
            walk_entry(walk, &map.entries[i]);
        } else if (walk->canary && map_is_payload(&map.entries[i])) {
            walk->canary->bytes += map.entries[i].size;
            walk->canary->unnamed += map_is_named(&map.entries[i]) ? 0 : map.entries[i].size;
        }
    }
    map_clear(&map);
}

static struct place_memory *recall(const struct places *places, uint64_t key)
{
    struct place_memory *memory;

    HASH_FIND(hh, places->memory, &key, sizeof(key), memory);
    return memory;
}

static struct place_memory *remember(struct places *places, const struct place *place, const uint8_t *now)
{
    struct place_memory *memory = hs_alloc(sizeof(*memory));

    memory->key = place->key;
    memcpy(memory->fresh, now, place->size);
    HASH_ADD(hh, places->memory, key, sizeof(memory->key), memory);
    return memory;
}

static void see_candidate(struct place_walk *walk, const struct map_entry *entry, const struct place *place)
{
    const uint8_t *now = walk->map->encoding.out.data + place->offset;
    struct place_memory *memory = recall(walk->places, place->key);
    struct place *added;

    memory = memory ? memory : remember(walk->places, place, now);
    if (entry->type == VMDESC_UNUSED) {
        memory->fate = FATE_UNUSED;
    }
    if (memory->fate == FATE_UNUSED || memory->attempts > walk->attempt ||
        memcmp(memory->fresh, now, place->size) != 0) {
        return;
    }
    added = HS_PUSH(walk->places->list, walk->places->n);
    *added = *place;
    place_value(entry->path, place->byte, entry->type, walk->attempt, now, added->value, place->size);
}

void places_find(struct places *places, const Hardstop__Stream *stream, unsigned attempt)
{
    struct place_walk of = { .see = see_candidate, .places = places, .attempt = attempt };

    free(places->list);
    places->list = NULL;
    places->n = 0;
    walk(&of, stream);
}

bool places_are_named(const Hardstop__Stream *stream)
{
    bool named = true;
    struct map map;

    map_init(&map, stream, NULL);
    for (size_t i = 0; i < map.n; i++) {
        named = named && (map_is_named(&map.entries[i]) || !map_is_payload(&map.entries[i]));
    }
    map_clear(&map);
    return named;
}

void places_write(const struct places *places, size_t from, size_t to, uint8_t *data)
{
    for (size_t i = from; i < to; i++) {
        memcpy(data + places->list[i].offset, places->list[i].value, places->list[i].size);
    }
}

static void set_fate(struct places *places, size_t i, enum fate fate)
{
    struct place_memory *memory = recall(places, places->list[i].key);

    memory->fate = fate;
    memory->attempts++;
}

void places_compare(struct places *places, size_t from, size_t to, const uint8_t *data)
{
    for (size_t i = from; i < to; i++) {
        const struct place *place = &places->list[i];
        bool kept = memcmp(data + place->offset, place->value, place->size) == 0;

        set_fate(places, i, kept ? FATE_KEPT : FATE_ALTERED);
    }
}

void places_set_fate(struct places *places, size_t from, size_t to, enum fate fate)
{
    /* Of several one may be to blame: they are tried again, each half by itself. */
    if (to - from == 1) {
        set_fate(places, from, fate);
    }
}

void places_set_outcome(struct places *places, size_t from, size_t to, enum outcome outcome)
{
    static const enum fate fates[] = {
        [OUTCOME_REJECTED] = FATE_REJECTED, [OUTCOME_CRASHED] = FATE_CRASHED, [OUTCOME_HUNG] = FATE_HUNG,
    };

    if (outcome != OUTCOME_ACCEPTED && outcome != OUTCOME_UNKNOWN) {
        places_set_fate(places, from, to, fates[outcome]);
    }
}

bool places_mend_config(struct places *places, size_t from, size_t to, const char *said)
{
    unsigned index, fixed, device;

    if (!canary_search_config(said, &index, &fixed, &device)) {
        return false;
    }
    for (size_t k = from; k < to; k++) {
        struct place *place = &places->list[k];
        uint8_t mended = (uint8_t)((place->value[0] & ~fixed) | (device & fixed));

        if (place->is_config && place->byte == index && mended != place->value[0]) {
            place->value[0] = mended;
            return true;
        }
    }
    return false;
}

static const char *const reasons[FATES] = {
    [FATE_NONE] = "not tried",
    [FATE_KEPT] = "changed again by what other places got",
    [FATE_ALTERED] = "saved otherwise than given",
    [FATE_LAYOUT] = "saved with other parts than given",
    [FATE_REJECTED] = "no other value was accepted",
    [FATE_CRASHED] = "crashes the loader",
    [FATE_HUNG] = "hangs the loader",
    [FATE_UNUSED] = "no version uses it any more",
};

static void see_result(struct place_walk *walk, const struct map_entry *entry, const struct place *place)
{
    const uint8_t *now = walk->map->encoding.out.data + place->offset;
    const struct place_memory *memory = recall(walk->places, place->key);
    bool held = memory && memcmp(memory->fresh, now, place->size) != 0;

    walk->canary->bytes += place->size;
    canary_tally(walk->canary, entry->path, held, reasons[memory ? memory->fate : FATE_NONE]);
}

void places_tally(const struct places *places, const Hardstop__Stream *stream, struct canary *canary)
{
    struct place_walk of = { .see = see_result, .places = (struct places *)places, .canary = canary };

    walk(&of, stream);
}

void places_clear(struct places *places)
{
    struct place_memory *memory, *next;

    HASH_ITER(hh, places->memory, memory, next) {
        HASH_DEL(places->memory, memory);
        free(memory);
    }
    free(places->list);
    memset(places, 0, sizeof(*places));
}

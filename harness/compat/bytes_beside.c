/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs the fields of both by their names; where only one side has names of ours, by what both begin and end with. */
#include "harness/compat/bytes_beside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/printable.h"
#include "harness/judge/state.h"
#include "harness/wire/description.h"
#include "harness/wire/map.h"

enum { ROWS = 200, AROUND = 2, BYTES = 32 };

/* Bytes of one side; `data` NULL: that side has none. */
struct part {
    const uint8_t *data;
    size_t size;
};

/* One field, of one or of both. */
struct pair {
    const char *path;
    size_t offset; /* in the section as it was given; SIZE_MAX: it is not there */
    struct part given, other;
};

struct pairs {
    const struct map *given, *other;
    struct pair *pairs;
    size_t n;
};

static struct part part_of(const struct map *map, const struct map_entry *entry)
{
    return entry ? (struct part){ map->encoding.out.data + entry->offset, entry->size } : (struct part){ 0 };
}

static bool is_same(const struct pair *pair)
{
    return pair->given.data && pair->other.data && pair->given.size == pair->other.size &&
           memcmp(pair->given.data, pair->other.data, pair->given.size) == 0;
}

static bool is_of(const struct map_entry *entry, size_t section)
{
    return entry->section == section && map_is_payload(entry);
}

/* Fields come in one order, but for some: from `from` on, then from the begin. */
static size_t find(const struct map *map, size_t section, const char *path, size_t from)
{
    for (size_t i = 0; i < map->n; i++) {
        size_t at = (from + i) % map->n;

        if (is_of(&map->entries[at], section) && strcmp(map->entries[at].path, path) == 0) {
            return at;
        }
    }
    return SIZE_MAX;
}

static void pair_by_name(struct pairs *pairs, size_t here, size_t there)
{
    bool *met = hs_alloc((pairs->other->n + 1) * sizeof(*met));
    size_t from = 0, begin = pairs->given->encoding.marks[here].payload;

    for (size_t i = 0; i < pairs->given->n; i++) {
        const struct map_entry *entry = &pairs->given->entries[i];
        size_t at = is_of(entry, here) ? find(pairs->other, there, entry->path, from) : SIZE_MAX;

        if (at != SIZE_MAX) {
            met[at] = true;
            from = at + 1;
        }
        if (is_of(entry, here)) {
            *HS_PUSH(pairs->pairs, pairs->n) = (struct pair){
                entry->path, entry->offset - begin, part_of(pairs->given, entry),
                part_of(pairs->other, at == SIZE_MAX ? NULL : &pairs->other->entries[at]),
            };
        }
    }
    for (size_t i = 0; i < pairs->other->n; i++) {
        const struct map_entry *entry = &pairs->other->entries[i];

        if (is_of(entry, there) && !met[i]) {
            *HS_PUSH(pairs->pairs, pairs->n) = (struct pair){
                .path = entry->path, .offset = SIZE_MAX, .other = part_of(pairs->other, entry),
            };
        }
    }
    free(met);
}

static struct part payload_of(const struct map *map, size_t section)
{
    const struct stream_mark *mark = &map->encoding.marks[section];

    return (struct part){ map->encoding.out.data + mark->payload, mark->payload_end - mark->payload };
}

/* How many bytes both end with, of what is behind those that both begin with. */
static size_t common_end(struct part one, struct part other)
{
    size_t least = one.size < other.size ? one.size : other.size, begin = 0, end = 0;

    while (begin < least && one.data[begin] == other.data[begin]) {
        begin++;
    }
    while (end < least - begin && one.data[one.size - 1 - end] == other.data[other.size - 1 - end]) {
        end++;
    }
    return end;
}

/* Where that place is in another payload: what is behind the difference stands where its end has it. */
static size_t moved(size_t at, struct part one, struct part other, size_t end)
{
    size_t place = at >= one.size - end ? at + other.size - one.size : at;

    return place < other.size ? place : other.size;
}

/* A table of ours fits one side alone: its names are for both, by what both begin and end with. */
static void pair_by_place(struct pairs *pairs, size_t here, size_t there, bool given_is_named)
{
    const struct map *named = given_is_named ? pairs->given : pairs->other;
    struct part given = payload_of(pairs->given, here), other = payload_of(pairs->other, there);
    struct part own = given_is_named ? given : other, partner = given_is_named ? other : given;
    size_t section = given_is_named ? here : there, end = common_end(own, partner);

    for (size_t i = 0; i < named->n; i++) {
        const struct map_entry *entry = &named->entries[i];
        struct part part = part_of(named, entry), beside;
        size_t at, from, to;

        if (!is_of(entry, section)) {
            continue;
        }
        at = (size_t)(part.data - own.data);
        from = moved(at, own, partner, end);
        to = moved(at + entry->size, own, partner, end);
        beside = (struct part){ to > from ? partner.data + from : NULL, to > from ? to - from : 0 };
        *HS_PUSH(pairs->pairs, pairs->n) = (struct pair){
            entry->path, given_is_named ? at : from, given_is_named ? part : beside, given_is_named ? beside : part,
        };
    }
}

static json_t *hex(struct part part)
{
    char text[2 * BYTES + 4];
    size_t size = part.size < BYTES ? part.size : BYTES;

    if (!part.data) {
        return json_null();
    }
    for (size_t i = 0; i < size; i++) {
        snprintf(text + 2 * i, 3, "%02x", part.data[i]);
    }
    memcpy(text + 2 * size, size < part.size ? "..." : "", size < part.size ? 4 : 1);
    return json_string(text);
}

static bool is_shown(const struct pairs *pairs, size_t at)
{
    size_t first = at < AROUND ? 0 : at - AROUND;

    for (size_t i = first; i < pairs->n && i <= at + AROUND; i++) {
        if (!is_same(&pairs->pairs[i])) {
            return true;
        }
    }
    return false;
}

static void print(const struct pairs *pairs, const Hardstop__Section *section, json_t *rows)
{
    char device[64];

    map_device_name(section, device, sizeof(device));
    for (size_t i = 0; i < pairs->n && json_array_size(rows) < ROWS; i++) {
        const struct pair *pair = &pairs->pairs[i];

        if (is_shown(pairs, i)) {
            json_t *offset = pair->offset == SIZE_MAX ? json_null() : json_integer((json_int_t)pair->offset);

            json_array_append_new(rows, json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "device",
                                                  printable_json(device, strlen(device)), "field",
                                                  printable_json(pair->path, strlen(pair->path)), "offset", offset,
                                                  "given", hex(pair->given), "other", hex(pair->other), "differs",
                                                  !is_same(pair)));
        }
    }
}

json_t *bytes_beside(const Hardstop__Stream *given, const Hardstop__Stream *given_names, const Hardstop__Stream *other,
                     const Hardstop__Stream *other_names)
{
    struct map maps[2];
    json_t *rows = json_array();

    map_init(&maps[0], given, description_of(given_names));
    map_init(&maps[1], other, description_of(other_names));
    for (size_t i = 0; i < given->n_section; i++) {
        const Hardstop__Section *section = given->section[i];
        size_t there = section->type == HARDSTOP__SECTION__TYPE__FULL ? state_partner(other, section) : SIZE_MAX;
        struct pairs pairs = { .given = &maps[0], .other = &maps[1] };

        if (there == SIZE_MAX) {
            continue;
        }
        if (section_is_described(section) == section_is_described(other->section[there])) {
            pair_by_name(&pairs, i, there);
        } else {
            pair_by_place(&pairs, i, there, section_is_described(section));
        }
        print(&pairs, section, rows);
        free(pairs.pairs);
    }
    map_clear(&maps[0]);
    map_clear(&maps[1]);
    return rows;
}

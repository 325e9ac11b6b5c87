/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs the fields of both by their names. */
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

/* One field, of one or of both. */
struct pair {
    const struct map_entry *given, *other; /* one may be NULL */
    bool differs;
};

struct pairs {
    const struct map *given, *other;
    struct pair *pairs;
    size_t n;
};

static const uint8_t *bytes_of_entry(const struct map *map, const struct map_entry *entry)
{
    return map->encoding.out.data + entry->offset;
}

static bool is_same(const struct pairs *pairs, const struct map_entry *given, const struct map_entry *other)
{
    return given->size == other->size && memcmp(bytes_of_entry(pairs->given, given),
                                                bytes_of_entry(pairs->other, other), given->size) == 0;
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

static void pair_section(struct pairs *pairs, size_t here, size_t there)
{
    bool *met = hs_alloc((pairs->other->n + 1) * sizeof(*met));
    size_t from = 0;

    for (size_t i = 0; i < pairs->given->n; i++) {
        const struct map_entry *entry = &pairs->given->entries[i], *other;
        size_t at;

        if (!is_of(entry, here)) {
            continue;
        }
        at = find(pairs->other, there, entry->path, from);
        other = at == SIZE_MAX ? NULL : &pairs->other->entries[at];
        *HS_PUSH(pairs->pairs, pairs->n) = (struct pair){ entry, other, !other || !is_same(pairs, entry, other) };
        if (other) {
            met[at] = true;
            from = at + 1;
        }
    }
    for (size_t i = 0; i < pairs->other->n; i++) {
        if (is_of(&pairs->other->entries[i], there) && !met[i]) {
            *HS_PUSH(pairs->pairs, pairs->n) = (struct pair){ NULL, &pairs->other->entries[i], true };
        }
    }
    free(met);
}

static json_t *hex(const struct map *map, const struct map_entry *entry)
{
    char text[2 * BYTES + 4];
    size_t size = entry && entry->size < BYTES ? entry->size : BYTES;

    if (!entry) {
        return json_null();
    }
    for (size_t i = 0; i < size; i++) {
        snprintf(text + 2 * i, 3, "%02x", bytes_of_entry(map, entry)[i]);
    }
    memcpy(text + 2 * size, size < entry->size ? "..." : "", size < entry->size ? 4 : 1);
    return json_string(text);
}

static bool is_shown(const struct pairs *pairs, size_t at)
{
    size_t first = at < AROUND ? 0 : at - AROUND;

    for (size_t i = first; i < pairs->n && i <= at + AROUND; i++) {
        if (pairs->pairs[i].differs) {
            return true;
        }
    }
    return false;
}

static void print(const struct pairs *pairs, const Hardstop__Section *section, size_t payload, json_t *rows)
{
    char device[64];

    map_device_name(section, device, sizeof(device));
    for (size_t i = 0; i < pairs->n && json_array_size(rows) < ROWS; i++) {
        const struct pair *pair = &pairs->pairs[i];
        const char *path = pair->given ? pair->given->path : pair->other->path;

        if (is_shown(pairs, i)) {
            json_t *offset = pair->given ? json_integer((json_int_t)(pair->given->offset - payload)) : json_null();

            json_array_append_new(rows, json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "device",
                                                  printable_json(device, strlen(device)), "field",
                                                  printable_json(path, strlen(path)), "offset", offset, "given",
                                                  hex(pairs->given, pair->given), "other",
                                                  hex(pairs->other, pair->other), "differs", pair->differs));
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

        if (there != SIZE_MAX) {
            pair_section(&pairs, i, there);
            print(&pairs, section, maps[0].encoding.marks[i].payload, rows);
            free(pairs.pairs);
        }
    }
    map_clear(&maps[0]);
    map_clear(&maps[1]);
    return rows;
}

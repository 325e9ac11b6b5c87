/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds up the bytes of each field of a section, and puts both lists side by side. */
#include "harness/compat/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/printable.h"
#include "harness/judge/state.h"
#include "harness/wire/row.h"

struct row {
    char path[256];
    size_t size, order; /* bytes in all; where it first stands */
};

struct rows {
    struct row *rows;
    size_t n;
};

static struct row *find(const struct rows *rows, const char *path)
{
    /* Fields come in the order of the wire: what is looked for is most often the last one. */
    for (size_t i = rows->n; i > 0; i--) {
        if (strcmp(rows->rows[i - 1].path, path) == 0) {
            return &rows->rows[i - 1];
        }
    }
    return NULL;
}

static void collect(const struct side *side, size_t section, struct rows *rows)
{
    for (size_t i = 0; i < side->layout.n; i++) {
        const struct map_entry *entry = &side->layout.entries[i];
        char path[sizeof(rows->rows->path)];
        struct row *row;

        if (entry->section != section || !map_is_payload(entry)) {
            continue;
        }
        map_path_without_indexes(entry->path, path, sizeof(path));
        row = find(rows, path);
        if (!row) {
            row = HS_PUSH(rows->rows, rows->n);
            memcpy(row->path, path, sizeof(path));
            row->order = rows->n;
        }
        row->size += entry->size;
    }
}

/* Two devices of one kind differ alike. */
static void put(json_t *list, const char *device, const char *field, const char *change, size_t from, size_t to)
{
    json_t *row = json_pack("{s:o, s:o, s:s, s:I, s:I}", "device", printable_json(device, strlen(device)), "field",
                            printable_json(field, strlen(field)), "change", change, "from", (json_int_t)from, "to",
                            (json_int_t)to);
    bool told = false;

    for (size_t i = 0; i < json_array_size(list); i++) {
        told |= json_equal(json_array_get(list, i), row);
    }
    if (!told) {
        json_array_append(list, row);
    }
    json_decref(row);
}

static void put_rows(json_t *list, const char *device, const struct rows *from, const struct rows *to)
{
    size_t last = 0;

    for (size_t i = 0; i < from->n; i++) {
        const struct row *row = &from->rows[i], *other = find(to, row->path);

        if (!other) {
            put(list, device, row->path, "gone", row->size, 0);
        } else if (other->size != row->size) {
            put(list, device, row->path, other->size > row->size ? "grown" : "shrunk", row->size, other->size);
        } else if (other->order < last) {
            put(list, device, row->path, "moved", row->order, other->order);
        }
        last = other && other->order > last ? other->order : last;
    }
    for (size_t i = 0; i < to->n; i++) {
        if (!find(from, to->rows[i].path)) {
            put(list, device, to->rows[i].path, "new", 0, to->rows[i].size);
        }
    }
}

static size_t sum(const struct rows *rows)
{
    size_t size = 0;

    for (size_t i = 0; i < rows->n; i++) {
        size += rows->rows[i].size;
    }
    return size;
}

/* What a table of ours names is not called as a description calls it, which names what the table does not fit. */
static bool is_named_alike(const struct side *from, size_t here, const struct side *to, size_t there)
{
    return section_is_described(from->fresh->stream->section[here]) ==
           section_is_described(to->fresh->stream->section[there]);
}

/* The name of a subsection that begins there: a mark, a length, and text. */
static bool subsection_at(const struct map *map, const struct stream_mark *mark, size_t at, char *name, size_t size)
{
    const uint8_t *bytes = map->encoding.out.data + mark->payload + at;
    size_t left = mark->payload_end - mark->payload - at, length = left > 2 ? bytes[1] : 0;

    if (!length || left < 2 + length || bytes[0] != SUBSECTION_MARK) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (bytes[2 + i] <= ' ' || bytes[2 + i] > '~') {
            return false;
        }
    }
    snprintf(name, size, "%.*s", (int)length, (const char *)bytes + 2);
    return true;
}

/* The field of the side that a table names at which both payloads begin to differ, or a subsection of the other. */
static void first_difference(const struct side *from, size_t here, const struct side *to, size_t there, char *name,
                             size_t size)
{
    const struct map *maps[2] = { &from->layout, &to->layout };
    const struct stream_mark *marks[2] = { &maps[0]->encoding.marks[here], &maps[1]->encoding.marks[there] };
    int named = section_is_described(from->fresh->stream->section[here]) ? 0 : 1;
    const struct map_entry *entry;
    size_t at = 0;

    while (marks[0]->payload + at < marks[0]->payload_end && marks[1]->payload + at < marks[1]->payload_end &&
           maps[0]->encoding.out.data[marks[0]->payload + at] == maps[1]->encoding.out.data[marks[1]->payload + at]) {
        at++;
    }
    entry = map_at(maps[named], marks[named]->payload + at);
    /* Two subsections have the same mark before their names. */
    if (!subsection_at(maps[!named], marks[!named], at, name, size) &&
        (at == 0 || !subsection_at(maps[!named], marks[!named], at - 1, name, size))) {
        snprintf(name, size, "%s", entry && map_is_payload(entry) ? entry->path : "the end");
    }
}

static void put_section(json_t *list, const struct side *from, const struct side *to, const Hardstop__Section *section)
{
    size_t here = state_partner(from->fresh->stream, section), there = state_partner(to->fresh->stream, section);
    struct rows rows[2] = { 0 };
    char device[64], name[256];

    map_device_name(section, device, sizeof(device));
    if (here == SIZE_MAX || there == SIZE_MAX) {
        if (here != there) {
            put(list, device, "the section", here == SIZE_MAX ? "new" : "gone", 0, 0);
        }
        return;
    }
    if (from->fresh->stream->section[here]->version_id != to->fresh->stream->section[there]->version_id) {
        put(list, device, "the section", "version", from->fresh->stream->section[here]->version_id,
            to->fresh->stream->section[there]->version_id);
    }
    collect(from, here, &rows[0]);
    collect(to, there, &rows[1]);
    if (is_named_alike(from, here, to, there)) {
        put_rows(list, device, &rows[0], &rows[1]);
    } else if (sum(&rows[0]) != sum(&rows[1])) {
        first_difference(from, here, to, there, name, sizeof(name));
        put(list, device, name, sum(&rows[1]) > sum(&rows[0]) ? "grown" : "shrunk", sum(&rows[0]), sum(&rows[1]));
    }
    free(rows[0].rows);
    free(rows[1].rows);
}

json_t *layout_compare(const struct side *from, const struct side *to, const Hardstop__Stream *stream)
{
    json_t *list = json_array();

    for (size_t i = 0; i < stream->n_section; i++) {
        if (stream->section[i]->type == HARDSTOP__SECTION__TYPE__FULL) {
            put_section(list, from, to, stream->section[i]);
        }
    }
    return list;
}

json_t *layout_properties(const json_t *from, const json_t *to)
{
    json_t *list = json_array(), *properties, *value;
    const char *device, *name;

    json_object_foreach ((json_t *)from, device, properties) {
        const json_t *others = json_object_get(to, device);

        json_object_foreach (properties, name, value) {
            json_t *other = json_object_get(others, name);

            /* Where a device is plugged in tells nothing of it. */
            if (other && strcmp(name, "addr") != 0 && !json_equal(value, other)) {
                json_array_append_new(list, json_pack("{s:s, s:s, s:O, s:O}", "device", device, "property", name,
                                                      "from", value, "to", other));
            }
        }
    }
    return list;
}

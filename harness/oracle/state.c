/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/oracle/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/wire/vmdesc.h"

/* The entries of one section's payload. */
struct range {
    const struct map *map;
    const Hardstop__Section *section;
    size_t at, end;
};

static struct range payload_of(const struct map *map, const Hardstop__Stream *stream, size_t index)
{
    struct range range = { map, stream->section[index], 0, 0 };

    while (range.at < map->n && map->entries[range.at].section != index) {
        range.at++;
    }
    while (range.at < map->n && map->entries[range.at].section == index && !map->entries[range.at].payload) {
        range.at++;
    }
    range.end = range.at;
    while (range.end < map->n && map->entries[range.end].section == index && map->entries[range.end].payload) {
        range.end++;
    }
    return range;
}

static size_t same_section(const Hardstop__Stream *stream, const Hardstop__Section *wanted)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        const Hardstop__Section *section = stream->section[i];

        if (stream_type_has_header((int)section->type) && section->instance_id == wanted->instance_id &&
            section->idstr.len == wanted->idstr.len &&
            memcmp(section->idstr.data, wanted->idstr.data, wanted->idstr.len) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void print_value(const struct map *map, const struct map_entry *entry, char *text, size_t size)
{
    size_t used = 0;

    if (entry->field && entry->field->kind != FIELD_BYTES) {
        snprintf(text, size, entry->field->is_signed ? "%" PRId64 : "0x%" PRIx64, entry->value);
        return;
    }
    for (size_t i = 0; i < entry->size && used + 3 < size; i++) {
        used += (size_t)snprintf(text + used, size - used, "%02x", map->encoding.out.data[entry->offset + i]);
    }
}

static struct state_difference *add(struct state_comparison *comparison, const Hardstop__Section *section,
                                    const char *path)
{
    static struct state_difference overflow;
    struct state_difference *difference =
        comparison->n < STATE_DIFFERENCES ? &comparison->differences[comparison->n] : &overflow;

    comparison->n++;
    memset(difference, 0, sizeof(*difference));
    map_device_name(section, difference->device, sizeof(difference->device));
    snprintf(difference->idstr, sizeof(difference->idstr), "%.*s", (int)section->idstr.len,
             (const char *)section->idstr.data);
    snprintf(difference->path, sizeof(difference->path), "%s", path);
    return difference;
}

/* Reports the entries of `right` up to `end`, which `left` does not have. */
static void add_missing(struct range *right, size_t end, struct state_comparison *comparison)
{
    for (; right->at < end; right->at++) {
        const struct map_entry *entry = &right->map->entries[right->at];
        struct state_difference *difference = add(comparison, right->section, entry->path);

        snprintf(difference->left, sizeof(difference->left), "missing");
        print_value(right->map, entry, difference->right, sizeof(difference->right));
    }
}

/* Moves `right` to the entry of that path at or behind its place; false when it has none. */
static bool seek(struct range *right, const char *path, struct state_comparison *comparison)
{
    for (size_t i = right->at; i < right->end; i++) {
        if (strcmp(right->map->entries[i].path, path) == 0) {
            add_missing(right, i, comparison);
            return true;
        }
    }
    return false;
}

static bool same_bytes(const struct range *left, const struct range *right)
{
    const struct map_entry *a = &left->map->entries[left->at], *b = &right->map->entries[right->at];

    return a->size == b->size && memcmp(left->map->encoding.out.data + a->offset,
                                        right->map->encoding.out.data + b->offset, a->size) == 0;
}

static void compare_sections(struct range left, struct range right, bool recomputed,
                             struct state_comparison *comparison)
{
    for (; left.at < left.end; left.at++) {
        const struct map_entry *entry = &left.map->entries[left.at];
        bool found = seek(&right, entry->path, comparison);
        struct state_difference *difference;

        if ((found && same_bytes(&left, &right)) || (!recomputed && entry->field && entry->field->recomputed)) {
            right.at += found;
            continue;
        }
        difference = add(comparison, left.section, entry->path);
        print_value(left.map, entry, difference->left, sizeof(difference->left));
        snprintf(difference->right, sizeof(difference->right), "missing");
        if (found) {
            print_value(right.map, &right.map->entries[right.at], difference->right, sizeof(difference->right));
            right.at++;
        }
    }
    add_missing(&right, right.end, comparison);
}

void state_compare(const struct map *left, const Hardstop__Stream *left_stream, const struct map *right,
                   const Hardstop__Stream *right_stream, bool recomputed, struct state_comparison *comparison)
{
    comparison->n = 0;
    for (size_t i = 0; i < left_stream->n_section; i++) {
        const Hardstop__Section *section = left_stream->section[i];
        size_t other;

        if (section->type != HARDSTOP__SECTION__TYPE__FULL) {
            continue;
        }
        other = same_section(right_stream, section);
        if (other == SIZE_MAX) {
            snprintf(add(comparison, section, "")->right, sizeof(comparison->differences[0].right), "missing");
            continue;
        }
        compare_sections(payload_of(left, left_stream, i), payload_of(right, right_stream, other), recomputed,
                         comparison);
    }
}

bool state_description(const uint8_t *saved, size_t size, ProtobufCBinaryData *json)
{
    size_t at = vmdesc_find(saved, size);

    if (at == SIZE_MAX) {
        return false;
    }
    json->data = (uint8_t *)saved + at + 5;
    json->len = size - at - 5;
    return true;
}

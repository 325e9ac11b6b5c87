/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs the sections of two states and compares those that differ, field by field. */
#include "harness/judge/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/judge/path_index.h"
#include "harness/judge/recomputed.h"

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
    while (range.at < map->n && map->entries[range.at].section == index && !map_is_payload(&map->entries[range.at])) {
        range.at++;
    }
    range.end = range.at;
    while (range.end < map->n && map->entries[range.end].section == index && map_is_payload(&map->entries[range.end])) {
        range.end++;
    }
    return range;
}

static bool same_idstr(const Hardstop__Section *left, const Hardstop__Section *right)
{
    return left->idstr.len == right->idstr.len && left->idstr.len &&
           memcmp(left->idstr.data, right->idstr.data, left->idstr.len) == 0;
}

static bool has_idstr(const Hardstop__Stream *stream, const Hardstop__Section *wanted)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        if (stream_type_has_header((int)stream->section[i]->type) && same_idstr(stream->section[i], wanted)) {
            return true;
        }
    }
    return false;
}

size_t state_partner(const Hardstop__Stream *stream, const Hardstop__Section *wanted)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        const Hardstop__Section *section = stream->section[i];

        if (stream_type_has_header((int)section->type) && section->instance_id == wanted->instance_id &&
            same_idstr(section, wanted)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void print_value(const struct map *map, const struct map_entry *entry, char *text, size_t size)
{
    size_t length = map_text_length(map, entry), used = 0;

    if (entry->field && entry->field->kind != FIELD_BYTES) {
        snprintf(text, size, entry->field->is_signed ? "%" PRId64 : "0x%" PRIx64, entry->value);
        return;
    }
    if (length) {
        snprintf(text, size, "\"%.*s\"", (int)length, (const char *)map->encoding.out.data + entry->offset);
        return;
    }
    for (size_t i = 0; i < entry->size && used + 3 < size; i++) {
        used += (size_t)snprintf(text + used, size - used, "%02x", map->encoding.out.data[entry->offset + i]);
    }
}

const char *state_what_name(enum state_what what)
{
    static const char *const names[STATE_WHATS] = {
        [STATE_FIELD] = "",
        [STATE_MISSING] = "",
        [STATE_INSTANCE] = "instance_id",
        [STATE_UNREAD] = "behind the end-of-file mark",
    };

    return names[what];
}

static struct state_difference *next_place(struct state_comparison *comparison)
{
    static struct state_difference overflow;
    size_t at = comparison->n++;

    if (comparison->all) {
        return HS_PUSH(comparison->all->differences, comparison->all->n);
    }
    return at < STATE_DIFFERENCES ? &comparison->differences[at] : &overflow;
}

static struct state_difference *add(struct state_comparison *comparison, const Hardstop__Section *section,
                                    const char *path)
{
    struct state_difference *difference = next_place(comparison);

    memset(difference, 0, sizeof(*difference));
    map_device_name(section, difference->device, sizeof(difference->device));
    snprintf(difference->idstr, sizeof(difference->idstr), "%.*s", (int)section->idstr.len,
             (const char *)section->idstr.data);
    snprintf(difference->path, sizeof(difference->path), "%s", path);
    difference->is_virtio = section->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO;
    return difference;
}

static struct state_difference *add_field(struct state_comparison *comparison, const Hardstop__Section *section,
                                          const struct map_entry *entry)
{
    struct state_difference *difference = add(comparison, section, entry->path);

    difference->part = entry->part;
    difference->field = entry->field;
    return difference;
}

static bool same_bytes(const struct map *left, const struct map_entry *a, const struct map *right,
                       const struct map_entry *b)
{
    return a->size == b->size &&
           memcmp(left->encoding.out.data + a->offset, right->encoding.out.data + b->offset, a->size) == 0;
}

/* The bytes of a side as one, as what they are called that have no name. */
static void print_payload(const struct range *side, char *text, size_t size)
{
    struct map_entry all = side->map->entries[side->at];
    const struct map_entry *last = &side->map->entries[side->end - 1];

    all.size = last->offset + last->size - all.offset;
    all.part = FIELD_PART_UNNAMED;
    all.field = NULL;
    print_value(side->map, &all, text, size);
}

static bool is_unnamed(const struct range *side)
{
    return side->end == side->at + 1 && side->map->entries[side->at].part == FIELD_PART_UNNAMED;
}

/* Damaged, the payload of one transport may look like that of another, whose fields have other names. */
static bool are_of_two_transports(const Hardstop__Section *left, const Hardstop__Section *right)
{
    return left->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO && right->payload_case == left->payload_case &&
           left->virtio->transport_case != right->virtio->transport_case;
}

/* Where one side has no names, or other ones, those of the other would each be missing: the difference is one. */
static bool compare_as_one(const struct range *left, const struct range *right, enum state_scope scope,
                           struct state_comparison *comparison)
{
    const struct range *unnamed = is_unnamed(left) ? left : right;
    struct recomputed walk = { .given = left->map, .saved = right->map };
    struct state_difference *difference;

    if (left->at == left->end || right->at == right->end ||
        (is_unnamed(left) == is_unnamed(right) && !are_of_two_transports(left->section, right->section))) {
        return false;
    }
    if (scope == STATE_DESIGN ||
        (scope == STATE_GIVEN && recomputed_is(&walk, left->section, &unnamed->map->entries[unnamed->at], NULL))) {
        return true;
    }
    difference = add_field(comparison, left->section, &unnamed->map->entries[unnamed->at]);
    print_payload(left, difference->left, sizeof(difference->left));
    print_payload(right, difference->right, sizeof(difference->right));
    return true;
}

static void print_both(struct state_difference *difference, const struct map *left, const struct map_entry *entry,
                       const struct map *right, const struct map_entry *other)
{
    print_value(left, entry, difference->left, sizeof(difference->left));
    snprintf(difference->right, sizeof(difference->right), "missing");
    if (other) {
        difference->mechanism = mechanism_of(left, entry, right, other);
        print_value(right, other, difference->right, sizeof(difference->right));
    }
}

static void compare_sections(struct range left, struct range right, enum state_scope scope,
                             struct state_comparison *comparison)
{
    struct path_index index = { .map = right.map, .n = right.end - right.at, .start = right.at };
    struct path_index given = { .map = left.map, .n = left.end - left.at, .start = left.at };
    struct recomputed walk = { .given = left.map, .saved = right.map, .first = right.at, .end = right.end };
    size_t expected = right.at;
    bool *used;

    if (compare_as_one(&left, &right, scope, comparison)) {
        return;
    }
    used = hs_alloc(index.n);
    for (; left.at < left.end; left.at++) {
        const struct map_entry *entry = &left.map->entries[left.at];
        size_t found = path_index_find(&index, expected, entry->path);
        const struct map_entry *other = found == SIZE_MAX ? NULL : &right.map->entries[found];
        struct state_difference *difference;
        const char *reason;

        recomputed_see(&walk, entry);
        if (other) {
            expected = found + 1;
            used[found - index.start] = true;
        }
        if (other && same_bytes(left.map, entry, right.map, other)) {
            continue;
        }
        reason = scope == STATE_WHOLE ? NULL : recomputed_why(&walk, left.section, entry, other);
        if (scope == STATE_WHOLE || (!reason == (scope == STATE_GIVEN) &&
                                     path_index_last(&given, entry->path) == left.at)) {
            difference = add_field(comparison, left.section, entry);
            difference->reason = reason;
            print_both(difference, left.map, entry, right.map, other);
        }
    }
    for (size_t i = 0; scope == STATE_WHOLE && i < index.n; i++) {
        const struct map_entry *entry = &right.map->entries[index.start + i];

        if (!used[i]) {
            struct state_difference *difference = add_field(comparison, right.section, entry);

            snprintf(difference->left, sizeof(difference->left), "missing");
            print_value(right.map, entry, difference->right, sizeof(difference->right));
        }
    }
    path_index_clear(&index);
    free(used);
    path_index_clear(&given);
}

static bool same_payload(const struct stream_encoding *left, size_t i, const struct stream_encoding *right, size_t k)
{
    const struct stream_mark *a = &left->marks[i], *b = &right->marks[k];
    size_t size = a->payload_end - a->payload;

    return size == b->payload_end - b->payload &&
           (!size || memcmp(left->out.data + a->payload, right->out.data + b->payload, size) == 0);
}

/* One side of a comparison. */
struct side {
    const Hardstop__Stream *stream;
    const ProtobufCBinaryData *description;
    bool *differs; /* for each section */
    struct map map;
};

/* How many of the sections a loader reads: up to the first end-of-file mark. */
static size_t sections_read(const Hardstop__Stream *stream)
{
    size_t n = 0;

    while (n < stream->n_section && stream->section[n]->type != HARDSTOP__SECTION__TYPE__EOF) {
        n++;
    }
    return n;
}

static bool is_sent_again(const Hardstop__Stream *stream, size_t index, size_t n)
{
    const Hardstop__Section *section = stream->section[index];

    for (size_t i = index + 1; i < n; i++) {
        const Hardstop__Section *other = stream->section[i];

        if (other->type == section->type && other->instance_id == section->instance_id &&
            other->idstr.len == section->idstr.len &&
            (!other->idstr.len || memcmp(other->idstr.data, section->idstr.data, other->idstr.len) == 0)) {
            return true;
        }
    }
    return false;
}

void state_note(struct state_comparison *comparison, const Hardstop__Section *section, enum state_what what,
                const char *right)
{
    struct state_difference *difference = add(comparison, section, state_what_name(what));

    difference->what = what;
    snprintf(difference->right, sizeof(difference->right), "%s", right);
}

/* Sections and other bytes that no loader can have read are one difference, whatever is in them. */
static void note_unread(const Hardstop__Stream *stream, size_t n, struct state_comparison *comparison)
{
    for (size_t i = n; i < stream->n_section; i++) {
        if (stream->section[i]->type == HARDSTOP__SECTION__TYPE__FULL) {
            state_note(comparison, stream->section[i], STATE_UNREAD, "not loaded");
            return;
        }
    }
    if (n < stream->n_section && stream->rest.len) {
        state_note(comparison, stream->section[n], STATE_UNREAD, "not loaded");
    }
}

/* Finds the sections that differ; their partners on the right are in `partner`.  Most are equal and cost no more. */
static size_t find_differing(struct side *left, struct side *right, size_t *partner, enum state_scope scope,
                             struct state_comparison *comparison)
{
    struct stream_encoding a = { 0 }, b = { 0 };
    size_t count = scope != STATE_WHOLE ? sections_read(left->stream) : left->stream->n_section;
    size_t n = 0;

    stream_encode(left->stream, &a, NULL, NULL);
    stream_encode(right->stream, &b, NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        const Hardstop__Section *section = left->stream->section[i];

        if (section->type != HARDSTOP__SECTION__TYPE__FULL) {
            continue;
        }
        partner[i] = state_partner(right->stream, section);
        if (partner[i] == SIZE_MAX && scope == STATE_DESIGN) {
            continue;
        }
        if (partner[i] == SIZE_MAX) {
            state_note(comparison, section, has_idstr(right->stream, section) ? STATE_INSTANCE : STATE_MISSING,
                       "missing");
        } else if (!same_payload(&a, i, &b, partner[i]) &&
                   !(scope != STATE_WHOLE && is_sent_again(left->stream, i, count))) {
            left->differs[i] = right->differs[partner[i]] = true;
            n++;
        }
    }
    stream_encoding_clear(&a);
    stream_encoding_clear(&b);
    return n;
}

static void compare_differing(struct side *left, struct side *right, const size_t *partner, enum state_scope scope,
                              struct state_comparison *comparison)
{
    map_init_some(&left->map, left->stream, left->description, right->description, left->differs);
    map_init_some(&right->map, right->stream, right->description, left->description, right->differs);
    for (size_t i = 0; i < left->stream->n_section; i++) {
        if (left->differs[i]) {
            compare_sections(payload_of(&left->map, left->stream, i),
                             payload_of(&right->map, right->stream, partner[i]), scope, comparison);
        }
    }
    map_clear(&left->map);
    map_clear(&right->map);
}

void state_compare(const Hardstop__Stream *left, const ProtobufCBinaryData *left_description,
                   const Hardstop__Stream *right, const ProtobufCBinaryData *right_description, enum state_scope scope,
                   struct state_comparison *comparison)
{
    struct side a = { left, left_description, hs_alloc(left->n_section), { 0 } };
    struct side b = { right, right_description, hs_alloc(right->n_section), { 0 } };
    size_t *partner = hs_resize(NULL, left->n_section, sizeof(*partner));

    comparison->n = 0;
    if (comparison->all) {
        comparison->all->n = 0;
    }
    if (find_differing(&a, &b, partner, scope, comparison)) {
        compare_differing(&a, &b, partner, scope, comparison);
    }
    if (scope == STATE_GIVEN) {
        note_unread(left, sections_read(left), comparison);
    }
    free(partner);
    free(a.differs);
    free(b.differs);
}

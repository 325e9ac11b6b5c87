/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of edits: a row for each kind, and what only that kind does. */
#include <string.h>

#include "harness/audit/edit/edit_plan.h"
#include "harness/audit/edit/edit_range.h"
#include "harness/base/check.h"

static void overwrite(const struct edit_series *series, struct edit_made *made)
{
    made->damage.kind_case = HARDSTOP__DAMAGE__KIND_OVERWRITE;
    made->damage.overwrite = (ProtobufCBinaryData){ series->size, made->bytes };
}

static void plan_truncate(const struct edit_target *target, const struct edit_choice *choice, struct edit_list *list)
{
    (void)choice;
    edit_list_add(list, 0, target->bytes);
}

static bool make_truncate(const struct edit_spot *spot, struct edit_made *made)
{
    made->damage.kind_case = HARDSTOP__DAMAGE__KIND_TRUNCATE;
    made->damage.truncate = &made->truncate;
    return spot->left > 0;
}

/* The same value again is the same cells again. */
static bool was_before(const struct edit_value *values, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (values[k].size == values[i].size && memcmp(values[k].bytes, values[i].bytes, values[i].size) == 0) {
            return true;
        }
    }
    return false;
}

static void plan_insert(const struct edit_target *target, const struct edit_choice *choice, struct edit_list *list)
{
    for (size_t i = 0; i < choice->n_values; i++) {
        const struct edit_value *value = &choice->values[i];

        if (!was_before(choice->values, i)) {
            edit_list_add_bytes(list, 0, target->bytes + 1, value->bytes, value->size);
        }
    }
}

static bool make_insert(const struct edit_spot *spot, struct edit_made *made)
{
    made->damage.kind_case = HARDSTOP__DAMAGE__KIND_INSERT;
    made->damage.insert = (ProtobufCBinaryData){ spot->series->size, made->bytes };
    return true;
}

/* Bytes added before a byte of the same value, or behind it, give the same stream. */
static bool insert_repeats(const struct edit_series *series, const uint8_t *before)
{
    for (size_t i = 0; i < series->size; i++) {
        if (series->bytes[i] != before[0]) {
            return false;
        }
    }
    return true;
}

static void plan_delete(const struct edit_target *target, const struct edit_choice *choice, struct edit_list *list)
{
    for (unsigned n = 1; n <= 8 && n <= target->bytes; n++) {
        if (choice->lengths & 1u << (n - 1)) {
            edit_list_add_length(list, 0, target->bytes - n + 1, n);
        }
    }
}

static bool make_delete(const struct edit_spot *spot, struct edit_made *made)
{
    made->damage.kind_case = HARDSTOP__DAMAGE__KIND_DELETE;
    made->damage.delete_ = spot->series->size;
    return spot->left >= spot->series->size;
}

static bool delete_repeats(const struct edit_series *series, const uint8_t *before)
{
    return before[0] == before[series->size];
}

static void plan_flip(const struct edit_target *target, const struct edit_choice *choice, struct edit_list *list)
{
    (void)choice;
    for (unsigned bit = 0; bit < 8; bit++) {
        uint8_t mask = (uint8_t)(1u << bit);

        edit_list_add_bytes(list, 0, target->bytes, &mask, 1);
    }
}

static bool make_flip(const struct edit_spot *spot, struct edit_made *made)
{
    if (!spot->left) {
        return false;
    }
    made->bytes[0] ^= spot->target->plain->out.data[spot->at];
    overwrite(spot->series, made);
    return true;
}

static void plan_range(const struct edit_target *target, const struct edit_choice *choice, struct edit_list *list)
{
    uint8_t values[EDIT_BOUNDARIES][EDIT_VALUE_SIZE];

    for (size_t i = 0; i < target->map->n; i++) {
        const struct map_entry *entry = &target->map->entries[i];
        bool described = entry->section != MAP_NO_SECTION &&
                         section_is_described(target->stream->section[entry->section]);
        size_t n;

        if (entry->offset < target->base || entry->offset - target->base >= target->bytes ||
            !edit_is_within(entry->path, choice->elements)) {
            continue;
        }
        n = edit_boundaries(target->map, entry, described, values);
        for (size_t k = 0; k < n; k++) {
            edit_list_add_bytes(list, entry->offset - target->base, 1, values[k], entry->size);
        }
    }
}

static bool make_range(const struct edit_spot *spot, struct edit_made *made)
{
    overwrite(spot->series, made);
    return spot->left >= spot->series->size;
}

static const char *const section_words[] = { "swap", "repeat", "drop", NULL };

static void plan_section(const struct edit_target *target, const struct edit_choice *choice, struct edit_list *list)
{
    const struct stream_encoding *plain = target->plain;

    (void)choice;
    for (const char *const *word = section_words; *word; word++) {
        for (size_t i = 0; i < plain->n_marks; i++) {
            bool is_last_swap = strcmp(*word, "swap") == 0 && i + 1 == plain->n_marks;

            if ((target->section == EDIT_WHOLE || target->section == i) && !is_last_swap) {
                edit_list_add_word(list, plain->marks[i].start - target->base, 1, *word);
            }
        }
    }
}

static bool make_section(const struct edit_spot *spot, struct edit_made *made)
{
    const struct stream_encoding *plain = spot->target->plain;
    const char *word = spot->series->value;
    size_t section = 0;

    while (section < plain->n_marks && plain->marks[section].start != spot->at) {
        section++;
    }
    if (section == plain->n_marks) {
        return false;
    }
    if (strcmp(word, "drop") == 0) {
        made->damage.kind_case = HARDSTOP__DAMAGE__KIND_DELETE;
        made->damage.delete_ = (uint32_t)(plain->marks[section].end - spot->at);
        return true;
    }
    made->place.has_section = true;
    made->place.section = (uint32_t)section;
    if (strcmp(word, "repeat") == 0) {
        made->damage.kind_case = HARDSTOP__DAMAGE__KIND_REPEAT;
        made->damage.repeat = 1;
        return true;
    }
    made->damage.kind_case = HARDSTOP__DAMAGE__KIND_SWAP;
    made->damage.swap = (uint32_t)section + 1;
    return strcmp(word, "swap") == 0 && section + 1 < plain->n_marks;
}

const struct edit_kind edit_kinds[] = {
    [EDIT_TRUNCATE] = { .name = "truncate", .help = "the stream ends at the offset", .takes = EDIT_TAKES_NOTHING,
                        .changes_length = true, .by_default = true, .plan = plan_truncate, .make = make_truncate },
    [EDIT_INSERT] = { .name = "insert", .help = "bytes more at the offset (--values)", .takes = EDIT_TAKES_BYTES,
                      .changes_length = true, .by_default = true, .plan = plan_insert, .make = make_insert,
                      .repeats = insert_repeats },
    [EDIT_DELETE] = { .name = "delete", .help = "bytes less from the offset on (--lengths)",
                      .takes = EDIT_TAKES_LENGTH, .changes_length = true, .by_default = true, .plan = plan_delete,
                      .make = make_delete, .repeats = delete_repeats },
    [EDIT_FLIP] = { .name = "flip", .help = "each bit of the byte at the offset, one at a time",
                    .takes = EDIT_TAKES_MASK, .plan = plan_flip, .make = make_flip },
    [EDIT_RANGE] = { .name = "range", .help = "each boundary value of the field at the offset",
                     .takes = EDIT_TAKES_BYTES, .place = EDIT_AT_FIELD, .plan = plan_range, .make = make_range },
    [EDIT_SECTION] = { .name = "section", .help = "a section swapped with the next, repeated, dropped",
                       .takes = EDIT_TAKES_WORD, .words = section_words, .place = EDIT_AT_SECTION,
                       .plan = plan_section, .make = make_section },
};

const unsigned edit_count = HS_COUNT(edit_kinds);

_Static_assert(HS_COUNT(edit_kinds) <= EDIT_MAX, "every audit has a place for each row");

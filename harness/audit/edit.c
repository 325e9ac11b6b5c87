/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks the table of edits: names, values, and the damage of a cell. */
#include "harness/audit/edit_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/message/reflect.h"

const char *edit_name(enum edit edit)
{
    return edit_kinds[edit].name;
}

enum edit edit_of_name(const char *name)
{
    for (unsigned i = 0; i < edit_count; i++) {
        if (strcmp(edit_kinds[i].name, name) == 0) {
            return (enum edit)i;
        }
    }
    return EDIT_MAX;
}

bool edit_changes_length(enum edit edit)
{
    return edit_kinds[edit].changes_length;
}

bool edit_fails_by_itself(enum edit edit, enum verdict verdict)
{
    return verdict == VERDICT_CRASHED || verdict == VERDICT_HUNG ||
           (edit_changes_length(edit) && (verdict == VERDICT_EQUAL || verdict == VERDICT_GARBAGE));
}

static bool is_hex(const char *text, size_t most)
{
    size_t length = strlen(text);

    return length && length % 2 == 0 && length <= 2 * most && strspn(text, "0123456789abcdef") == length;
}

static bool is_word(const char *const *words, const char *value)
{
    while (*words && strcmp(*words, value) != 0) {
        words++;
    }
    return *words != NULL;
}

bool edit_has_value(enum edit edit, const char *value)
{
    if ((unsigned)edit >= edit_count) {
        return false;
    }
    switch (edit_kinds[edit].takes) {
    case EDIT_TAKES_NOTHING:
        return !*value;
    case EDIT_TAKES_BYTES:
        return is_hex(value, EDIT_VALUE_SIZE);
    case EDIT_TAKES_MASK:
        return is_hex(value, 1);
    case EDIT_TAKES_LENGTH:
        return strlen(value) == 1 && *value >= '1' && *value <= '8';
    case EDIT_TAKES_WORD:
        return is_word(edit_kinds[edit].words, value);
    }
    return false;
}

unsigned edit_all(void)
{
    return (1u << edit_count) - 1;
}

unsigned edit_defaults(void)
{
    unsigned edits = 0;

    for (unsigned i = 0; i < edit_count; i++) {
        edits |= edit_kinds[i].by_default ? 1u << i : 0;
    }
    return edits;
}

char *edit_names(unsigned edits, const char *separator)
{
    char *names = hs_strdup("");

    for (unsigned i = 0; i < edit_count; i++) {
        if (edits & 1u << i) {
            char *longer = hs_format("%s%s%s", names, *names ? separator : "", edit_kinds[i].name);

            free(names);
            names = longer;
        }
    }
    return names;
}

void edit_sum_counts(const uint64_t counts[EDIT_MAX][VERDICT_COUNT], bool length_only, uint64_t sum[VERDICT_COUNT])
{
    memset(sum, 0, VERDICT_COUNT * sizeof(*sum));
    for (unsigned edit = 0; edit < edit_count; edit++) {
        if (length_only && !edit_kinds[edit].changes_length) {
            continue;
        }
        for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
            sum[verdict] += counts[edit][verdict];
        }
    }
}

bool edit_parse_value(const char *text, struct edit_value *value)
{
    size_t length = strlen(text);
    unsigned byte;

    if (!length || length % 2 || length > 2 * EDIT_VALUE_SIZE ||
        strspn(text, "0123456789abcdefABCDEF") != length) {
        return false;
    }
    value->size = (uint8_t)(length / 2);
    for (size_t i = 0; i < value->size; i++) {
        sscanf(text + 2 * i, "%2x", &byte);
        value->bytes[i] = (uint8_t)byte;
    }
    return true;
}

bool edit_target_init(struct edit_target *target, const Hardstop__Stream *stream, const struct stream_encoding *plain,
                      size_t section)
{
    *target = (struct edit_target){ .stream = stream, .plain = plain, .section = section, .bytes = plain->out.size };
    if (section == EDIT_WHOLE) {
        return true;
    }
    if (section >= plain->n_marks) {
        return false;
    }
    target->base = plain->marks[section].start;
    target->bytes = plain->marks[section].end - target->base;
    return true;
}

static struct edit_series *add(struct edit_list *list, size_t offset, size_t count)
{
    struct edit_series *series = HS_PUSH(list->series, list->n);

    HS_CHECK(count, "%s without a cell at %zu", edit_name(list->edit), offset);
    *series = (struct edit_series){ .edit = list->edit, .offset = (uint32_t)offset, .count = (uint32_t)count,
                                    .first = list->cells };
    list->cells = count > EDIT_MAX_CELLS || list->cells > EDIT_MAX_CELLS - count ? UINT32_MAX
                                                                                 : list->cells + (uint32_t)count;
    return series;
}

void edit_list_add(struct edit_list *list, size_t offset, size_t count)
{
    add(list, offset, count);
}

void edit_list_add_bytes(struct edit_list *list, size_t offset, size_t count, const uint8_t *bytes, size_t size)
{
    struct edit_series *series = add(list, offset, count);

    HS_CHECK(size >= 1 && size <= EDIT_VALUE_SIZE, "%zu bytes", size);
    memcpy(series->bytes, bytes, size);
    series->size = (uint8_t)size;
    for (size_t i = 0; i < size; i++) {
        sprintf(series->value + 2 * i, "%02x", bytes[i]);
    }
}

void edit_list_add_length(struct edit_list *list, size_t offset, size_t count, unsigned length)
{
    struct edit_series *series = add(list, offset, count);

    series->size = (uint8_t)length;
    snprintf(series->value, sizeof(series->value), "%u", length);
}

void edit_list_add_word(struct edit_list *list, size_t offset, size_t count, const char *word)
{
    struct edit_series *series = add(list, offset, count);

    snprintf(series->value, sizeof(series->value), "%s", word);
}

bool edit_make(const struct edit_target *target, const struct edit_series *series, uint32_t offset,
               struct edit_made *made)
{
    struct edit_spot spot = { .target = target, .series = series, .at = target->base + offset };

    if (offset > target->bytes) {
        return false;
    }
    spot.left = target->bytes - offset;
    hardstop__damage__init(&made->damage);
    hardstop__place__init(&made->place);
    hardstop__truncate__init(&made->truncate);
    memcpy(made->bytes, series->bytes, sizeof(made->bytes));
    made->damage.at = &made->place;
    made->place.has_offset = true;
    made->place.offset = offset;
    if (target->section != EDIT_WHOLE) {
        made->place.has_section = made->place.has_header = made->place.header = true;
        made->place.section = (uint32_t)target->section;
    }
    return edit_kinds[series->edit].make(&spot, made);
}

/* The series of one cell that has the value, and that alone. */
static bool read_series(enum edit edit, const char *value, struct edit_series *series)
{
    struct edit_value bytes = { .size = 0 };

    if (!edit_has_value(edit, value) || strlen(value) >= sizeof(series->value)) {
        return false;
    }
    *series = (struct edit_series){ .edit = edit };
    strcpy(series->value, value);
    switch (edit_kinds[edit].takes) {
    case EDIT_TAKES_BYTES:
    case EDIT_TAKES_MASK:
        edit_parse_value(value, &bytes);
        memcpy(series->bytes, bytes.bytes, sizeof(series->bytes));
        series->size = bytes.size;
        return true;
    case EDIT_TAKES_LENGTH:
        series->size = (uint8_t)(value[0] - '0');
        return true;
    default:
        return true;
    }
}

Hardstop__Damage *edit_damage(const Hardstop__Case *test, size_t section, enum edit edit, const char *value,
                              uint32_t offset)
{
    struct stream_encoding plain = { 0 };
    Hardstop__Damage *damage = NULL;
    struct edit_target target;
    struct edit_series series;
    struct edit_made made;

    if (!test->stream || !read_series(edit, value, &series)) {
        return NULL;
    }
    stream_encode(test->stream, &plain, NULL, NULL);
    if (edit_target_init(&target, test->stream, &plain, section) && edit_make(&target, &series, offset, &made)) {
        damage = (Hardstop__Damage *)reflect_clone(&made.damage.base);
    }
    stream_encoding_clear(&plain);
    return damage;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists the cells of edits, and makes the damage of one. */
#include "harness/audit/edit/edit_plan.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/message/reflect.h"

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

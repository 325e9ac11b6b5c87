/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The damage of a cell, as a message, and done to the bytes by the same code that damages every case. */
#include <stdio.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/audit/sweep/plan.h"
#include "harness/message/reflect.h"

/* A damage that needs no allocation; its messages point into itself, so it is not copied. */
struct sweep_edit {
    Hardstop__Damage damage;
    Hardstop__Place place;
    Hardstop__Truncate truncate;
    uint8_t bytes[SWEEP_VALUE_SIZE];
};

/* The section whose first byte is at the offset; SIZE_MAX when there is none. */
static size_t section_from(const struct stream_encoding *plain, size_t offset)
{
    for (size_t i = 0; i < plain->n_marks; i++) {
        if (plain->marks[i].start == offset) {
            return i;
        }
    }
    return SIZE_MAX;
}

static bool edit_section(struct sweep_edit *edit, const struct stream_encoding *plain, const char *value, size_t start)
{
    size_t section = section_from(plain, start);

    if (section == SIZE_MAX) {
        return false;
    }
    if (strcmp(value, "drop") == 0) {
        edit->damage.kind_case = HARDSTOP__DAMAGE__KIND_DELETE;
        edit->damage.delete_ = (uint32_t)(plain->marks[section].end - start);
        return true;
    }
    edit->place.has_section = true;
    edit->place.section = (uint32_t)section;
    if (strcmp(value, "repeat") == 0) {
        edit->damage.kind_case = HARDSTOP__DAMAGE__KIND_REPEAT;
        edit->damage.repeat = 1;
        return true;
    }
    edit->damage.kind_case = HARDSTOP__DAMAGE__KIND_SWAP;
    edit->damage.swap = (uint32_t)section + 1;
    return strcmp(value, "swap") == 0 && section + 1 < plain->n_marks;
}

/* The damage that a series does at an offset of the section, or of the stream; false when there is no such damage. */
static bool make_edit(struct sweep_edit *edit, const struct stream_encoding *plain, size_t section,
                      const struct sweep_series *series, uint32_t offset)
{
    bool whole = section == SWEEP_WHOLE;
    size_t base = whole ? 0 : plain->marks[section].start, at = base + offset;
    size_t size = (whole ? plain->out.size : plain->marks[section].end) - base;
    bool is_inside = offset < size && series->size <= size - offset;

    hardstop__damage__init(&edit->damage);
    hardstop__place__init(&edit->place);
    hardstop__truncate__init(&edit->truncate);
    memcpy(edit->bytes, series->bytes, sizeof(edit->bytes));
    edit->damage.at = &edit->place;
    edit->place.has_offset = true;
    edit->place.offset = offset;
    if (!whole) {
        edit->place.has_section = edit->place.has_header = edit->place.header = true;
        edit->place.section = (uint32_t)section;
    }
    switch (series->edit) {
    case EDIT_TRUNCATE:
        edit->damage.kind_case = HARDSTOP__DAMAGE__KIND_TRUNCATE;
        edit->damage.truncate = &edit->truncate;
        return is_inside;
    case EDIT_DELETE:
        edit->damage.kind_case = HARDSTOP__DAMAGE__KIND_DELETE;
        edit->damage.delete_ = series->size;
        return is_inside;
    case EDIT_INSERT:
        edit->damage.kind_case = HARDSTOP__DAMAGE__KIND_INSERT;
        edit->damage.insert = (ProtobufCBinaryData){ series->size, edit->bytes };
        return offset <= size;
    case EDIT_FLIP:
        edit->bytes[0] ^= is_inside ? plain->out.data[at] : 0;
        /* fall through */
    case EDIT_RANGE:
        edit->damage.kind_case = HARDSTOP__DAMAGE__KIND_OVERWRITE;
        edit->damage.overwrite = (ProtobufCBinaryData){ series->size, edit->bytes };
        return is_inside;
    case EDIT_SECTION:
        return edit_section(edit, plain, series->value, at);
    default:
        return false;
    }
}

/* Sections in another order are encoded anew: there are few such cells. */
static void reorder(const struct sweep_plan *plan, struct sweep_edit *edit, struct builder *out)
{
    Hardstop__Damage *damages[] = { &edit->damage };
    Hardstop__Case damaged = *plan->test;
    struct stream_encoding plain = { 0 };
    struct damage_effect effect;

    damaged.n_damage = 1;
    damaged.damage = damages;
    damage_apply(&damaged, &plain, out, &effect);
    stream_encoding_clear(&plain);
}

void sweep_plan_bytes(const struct sweep_plan *plan, const struct sweep_cell *cell, struct builder *out)
{
    const struct builder *plain = &plan->map.encoding.out;
    struct damage_effect effect = { .first = SIZE_MAX };
    struct sweep_edit edit;

    HS_CHECK(make_edit(&edit, &plan->map.encoding, plan->section, cell->series, cell->offset), "%s %s at %u",
             edit_name(cell->series->edit), cell->series->value, cell->offset);
    if (cell->series->edit == EDIT_SECTION) {
        reorder(plan, &edit, out);
        return;
    }
    builder_reset(out);
    builder_put(out, plain->data, plain->size);
    damage_do(out, plan->base + cell->offset, &edit.damage, &effect);
}

bool sweep_parse_value(const char *text, struct sweep_value *value)
{
    size_t length = strlen(text);
    unsigned byte;

    if (!length || length % 2 || length > 2 * SWEEP_VALUE_SIZE ||
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

static bool read_hex(const char *text, struct sweep_series *series)
{
    struct sweep_value value = { .size = 0 };
    bool good = sweep_parse_value(text, &value);

    memcpy(series->bytes, value.bytes, sizeof(series->bytes));
    series->size = value.size;
    return good;
}

static bool read_value(enum edit edit, const char *value, struct sweep_series *series)
{
    if (!edit_has_value(edit, value) || strlen(value) >= sizeof(series->value)) {
        return false;
    }
    series->edit = edit;
    strcpy(series->value, value);
    if (edit == EDIT_DELETE) {
        series->size = (uint8_t)(value[0] - '0');
    }
    return edit == EDIT_TRUNCATE || edit == EDIT_DELETE || edit == EDIT_SECTION || read_hex(value, series);
}

Hardstop__Damage *sweep_damage(const Hardstop__Case *test, size_t section, enum edit edit, const char *value,
                               uint32_t offset)
{
    struct stream_encoding plain = { 0 };
    struct sweep_series series = { 0 };
    Hardstop__Damage *damage = NULL;
    struct sweep_edit made;

    if (!test->stream || !read_value(edit, value, &series)) {
        return NULL;
    }
    stream_encode(test->stream, &plain, NULL, NULL);
    if ((section == SWEEP_WHOLE || section < plain.n_marks) && make_edit(&made, &plain, section, &series, offset)) {
        damage = (Hardstop__Damage *)reflect_clone(&made.damage.base);
    }
    stream_encoding_clear(&plain);
    return damage;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boundary values of a field: of its legal range, and of its width. */
#include "harness/audit/edit/edit_range.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/wire/field.h"

static uint64_t all_ones(size_t width)
{
    return UINT64_MAX >> (64 - 8 * width);
}

/* Can a field of that width hold the number? */
static bool fits(uint64_t number, size_t width, bool is_signed)
{
    uint64_t above = ~(all_ones(width) >> is_signed);

    return (number & above) == 0 || (is_signed && (number & above) == above);
}

static void to_bytes(uint64_t number, size_t width, bool little, uint8_t *bytes)
{
    for (size_t i = 0; i < width; i++, number >>= 8) {
        bytes[little ? i : width - 1 - i] = (uint8_t)number;
    }
}

/* Keeps the list sorted and each value once. */
static size_t insert_sorted(uint8_t (*values)[EDIT_VALUE_SIZE], size_t n, const uint8_t *bytes, size_t width)
{
    size_t at = 0;

    while (at < n && memcmp(values[at], bytes, width) < 0) {
        at++;
    }
    if (at < n && memcmp(values[at], bytes, width) == 0) {
        return n;
    }
    memmove(values + at + 1, values + at, (n - at) * sizeof(*values));
    memcpy(values[at], bytes, width);
    return n + 1;
}

static bool is_number(const struct map_entry *entry, bool described)
{
    if (entry->size < 1 || entry->size > EDIT_VALUE_SIZE || !map_is_named(entry)) {
        return false;
    }
    if (entry->field) {
        return entry->field->kind == FIELD_UINT || entry->field->kind == FIELD_COUNT;
    }
    /* Only QEMU's own description names it, without a type: what has the width of a number is taken for one. */
    return map_is_payload(entry) && !described && (entry->size & (entry->size - 1)) == 0;
}

/* The bounds of the width, and behind them those of the legal range, if there is one.  Returns how many. */
static size_t list_numbers(const struct field *field, size_t width, uint64_t numbers[EDIT_BOUNDARIES])
{
    uint64_t ones = all_ones(width);
    const uint64_t of_width[] = { 0, 1, ones, ones >> 1, ones ^ (ones >> 1) };
    const uint64_t of_range[] = { field->min - 1, field->min, field->max, field->max + 1 };
    size_t n = HS_COUNT(of_width);

    memcpy(numbers, of_width, sizeof(of_width));
    for (size_t i = 0; field->max && i < HS_COUNT(of_range); i++) {
        if (fits(of_range[i], width, field->is_signed)) {
            numbers[n++] = of_range[i];
        }
    }
    return n;
}

size_t edit_boundaries(const struct map *map, const struct map_entry *entry, bool described,
                        uint8_t values[EDIT_BOUNDARIES][EDIT_VALUE_SIZE])
{
    static const struct field any = { .max = 0 };
    const struct field *field = entry->field ? entry->field : &any;
    const uint8_t *current = map->encoding.out.data + entry->offset;
    uint64_t numbers[EDIT_BOUNDARIES];
    size_t n_numbers, n = 0;

    if (!is_number(entry, described)) {
        return 0;
    }
    n_numbers = list_numbers(field, entry->size, numbers);
    for (size_t i = 0; i < n_numbers; i++) {
        uint8_t bytes[EDIT_VALUE_SIZE];

        to_bytes(numbers[i], entry->size, field->little, bytes);
        if (memcmp(bytes, current, entry->size) != 0) {
            n = insert_sorted(values, n, bytes, entry->size);
        }
    }
    return n;
}

bool edit_is_within(const char *path, unsigned elements)
{
    for (const char *at = path; elements && (at = strchr(at, '[')); at++) {
        if (isdigit((unsigned char)at[1]) && strtoul(at + 1, NULL, 10) >= elements) {
            return false;
        }
    }
    return true;
}

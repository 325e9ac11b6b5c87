/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells by its wire type, from a table's row or from the description, why a field was not kept. */
#include "harness/judge/mechanism.h"

#include <string.h>

const char *mechanism_name(enum mechanism mechanism)
{
    static const char *const names[MECHANISMS] = {
        [MECHANISM_NONE] = "",
        [MECHANISM_BOOL] = "bool that is neither 0 nor 1",
        [MECHANISM_TIMER] = "timer that is negative",
    };

    return names[mechanism];
}

/* A number that stands for a bool, or marks that an element follows. */
static bool is_bool(const struct map_entry *entry)
{
    if (entry->part == FIELD_PART_DESCRIPTION) {
        return entry->type == VMDESC_BOOL;
    }
    return entry->field && entry->field->kind == FIELD_UINT &&
           (entry->field->max == 1 || (entry->field->name && strcmp(entry->field->name, "more") == 0));
}

enum mechanism mechanism_of(const struct map *given_map, const struct map_entry *given, const struct map *saved_map,
                            const struct map_entry *saved)
{
    uint64_t from = map_number(given_map, given), to = map_number(saved_map, saved);

    if (is_bool(given) && from > 1 && to == 1) {
        return MECHANISM_BOOL;
    }
    if (given->type == VMDESC_TIMER && (int64_t)from < -1 && to == 0) {
        return MECHANISM_TIMER;
    }
    return MECHANISM_NONE;
}

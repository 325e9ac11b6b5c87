/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads an overwritten field's number and compares it with the table's range. */
#include "harness/judge/range.h"

#include <stdio.h>

#include "harness/wire/field.h"

static bool only_overwritten(const struct damage_effect *effect)
{
    return effect->overwritten && !effect->truncated && !effect->inserted && !effect->deleted && !effect->reordered;
}

static bool find_in(const struct map *map, const struct judgement *judgement, struct range_violation *violation)
{
    const struct map_entry *entry = map_at(map, judgement->effect.first);
    struct bytes bytes;
    uint64_t value;

    if (!entry || !entry->field || entry->size > 8) {
        return false;
    }
    bytes = bytes_of(judgement->damaged.data + entry->offset, entry->size);
    if (!(entry->field->little ? bytes_get_le : bytes_get_be)(&bytes, entry->size, &value) ||
        !field_is_legal(entry->field, entry->value) || field_is_legal(entry->field, value)) {
        return false;
    }
    snprintf(violation->path, sizeof(violation->path), "%s", entry->path);
    violation->value = value;
    violation->min = entry->field->min;
    violation->max = entry->field->max;
    return true;
}

bool range_find_violation(const struct judgement *judgement, struct range_violation *violation)
{
    const Hardstop__Stream *stream = judgement->test->stream;
    struct map map;
    bool found;

    if (!only_overwritten(&judgement->effect) || judgement->effect.section == SIZE_MAX || !stream) {
        return false;
    }
    map_init_place(&map, stream, NULL, judgement->effect.section, judgement->effect.first);
    found = find_in(&map, judgement, violation);
    map_clear(&map);
    return found;
}

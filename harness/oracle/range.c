/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads an overwritten field's number and compares it with the table's range. */
#include "harness/oracle/range.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/wire/field.h"

static bool only_overwritten(const struct damage_effect *effect)
{
    return effect->overwritten && !effect->truncated && !effect->inserted && !effect->deleted && !effect->reordered;
}

static bool is_legal(const struct field *field, uint64_t value)
{
    return value >= field->min && value <= field->max;
}

static bool find_in(const struct map *map, const struct judgement *judgement, struct range_violation *violation)
{
    const struct map_entry *entry = map_at(map, judgement->effect.first);
    struct bytes bytes;
    uint64_t value;

    if (!entry || !entry->field || !entry->field->max || entry->size > 8) {
        return false;
    }
    bytes = bytes_of(judgement->damaged.data + entry->offset, entry->size);
    if (!(entry->field->little ? bytes_get_le : bytes_get_be)(&bytes, entry->size, &value) ||
        !is_legal(entry->field, entry->value) || is_legal(entry->field, value)) {
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
    bool *wanted, found;
    struct map map;

    if (!only_overwritten(&judgement->effect) || judgement->effect.section == SIZE_MAX || !stream) {
        return false;
    }
    wanted = hs_alloc(stream->n_section);
    wanted[judgement->effect.section] = true;
    map_init_some(&map, stream, NULL, wanted);
    found = find_in(&map, judgement, violation);
    map_clear(&map);
    free(wanted);
    return found;
}

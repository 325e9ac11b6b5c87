/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cells a sweep has, in their order, and the damage and bytes of each. */
#ifndef HARDSTOP_AUDIT_SWEEP_PLAN_H
#define HARDSTOP_AUDIT_SWEEP_PLAN_H

#include "harness/audit/sweep/sweep.h"
#include "harness/wire/map.h"

#define SWEEP_VALUE_TEXT (2 * SWEEP_VALUE_SIZE + 1)

/* Cells of one edit and value at consecutive offsets. */
struct sweep_series {
    enum edit edit;
    char value[SWEEP_VALUE_TEXT]; /* as in an audit_run */
    uint8_t bytes[SWEEP_VALUE_SIZE]; /* insert, range: what `value` says; flip: the mask */
    uint8_t size; /* of `bytes`; delete: how many go */
    uint32_t offset; /* of the first cell, from the plan's base */
    uint32_t count;
    uint32_t first; /* index of the first cell */
};

struct sweep_plan {
    const Hardstop__Case *test; /* borrowed */
    struct map map; /* of the undamaged stream; its encoding holds the bytes and marks */
    size_t section; /* or SWEEP_WHOLE */
    size_t base, bytes; /* of what is audited */
    struct sweep_series *series;
    size_t n_series;
    uint32_t cells;
};

struct sweep_cell {
    const struct sweep_series *series;
    uint32_t offset; /* from the plan's base */
};

/* 0, or -1 with a reason: no such section, a case with damages, nothing to do, too much.  Clear it in both cases. */
int sweep_plan_init(struct sweep_plan *plan, const Hardstop__Case *test, const struct sweep_options *options,
                    struct hs_error *err);
void sweep_plan_clear(struct sweep_plan *plan);

struct sweep_cell sweep_plan_cell(const struct sweep_plan *plan, uint32_t index);
/* True when the cell's bytes are those of the cell before it, in the same series: it is not loaded. */
bool sweep_plan_repeats(const struct sweep_plan *plan, const struct sweep_cell *cell);
/* The damaged bytes of a cell, into `out` (reset first). */
void sweep_plan_bytes(const struct sweep_plan *plan, const struct sweep_cell *cell, struct builder *out);
/* XXH3 of all that decides the result: the case, and what is done to it. */
uint64_t sweep_plan_hash(const struct sweep_plan *plan);

/*
 * The boundary values of a field, as its bytes in ascending order, without the value it has; returns how many, at most
 * SWEEP_BOUNDARIES.
 */
#define SWEEP_BOUNDARIES 9
size_t sweep_boundaries(const struct map *map, const struct map_entry *entry, bool described,
                        uint8_t values[SWEEP_BOUNDARIES][SWEEP_VALUE_SIZE]);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cells a sweep has, in their order, and the damage and bytes of each. */
#ifndef HARDSTOP_AUDIT_SWEEP_PLAN_H
#define HARDSTOP_AUDIT_SWEEP_PLAN_H

#include "harness/audit/sweep/options.h"

struct sweep_plan {
    const Hardstop__Case *test; /* borrowed */
    struct map map; /* of the undamaged stream; its encoding holds the bytes and marks */
    struct edit_target target; /* what is audited of it */
    struct edit_series *series;
    size_t n_series;
    uint32_t cells;
};

struct sweep_cell {
    const struct edit_series *series;
    uint32_t offset; /* from the target's base */
};

/* 0, or -1 with a reason: no such section, a case with damages, nothing to do, too much.  Clear it in both cases. */
int sweep_plan_init(struct sweep_plan *plan, const Hardstop__Case *test, const struct sweep_options *options,
                    struct hs_error *err);
void sweep_plan_clear(struct sweep_plan *plan);

struct sweep_cell sweep_plan_cell(const struct sweep_plan *plan, uint32_t index);
/* True when the cell's bytes are those of the cell before it, in the same series: it is not loaded. */
bool sweep_plan_repeats(const struct sweep_plan *plan, const struct sweep_cell *cell);
/* The damaged bytes of a cell, into `out` (reset first).  Returns whether all behind them was cut off. */
bool sweep_plan_bytes(const struct sweep_plan *plan, const struct sweep_cell *cell, struct builder *out);
/* XXH3 of all that decides the result: the case, and what is done to it. */
uint64_t sweep_plan_hash(const struct sweep_plan *plan);

#endif

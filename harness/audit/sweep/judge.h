/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One loader that judges cells: fast loads, and loads that are not fast where the fast one crashed or hung, or to check
 * that fast loads answer as others do.
 */
#ifndef HARDSTOP_AUDIT_SWEEP_JUDGE_H
#define HARDSTOP_AUDIT_SWEEP_JUDGE_H

#include <stdatomic.h>

#include "harness/audit/sweep/plan.h"
#include "harness/audit/sweep/words.h"

enum sweep_phase {
    SWEEP_OPENING,
    SWEEP_REFERENCE, /* loads the undamaged stream */
    SWEEP_FRESH, /* loads a stream without sections */
    SWEEP_IDLE,
    SWEEP_FAST,
    SWEEP_PLAIN, /* a load that is not fast */
};

/* In memory that the parent shares: what a judge does. */
struct sweep_pulse {
    _Atomic uint32_t phase; /* enum sweep_phase */
    _Atomic uint32_t loads; /* begun */
};

/* What the undamaged stream gives, in one way of loading. */
struct sweep_reference {
    struct loader_answer answer; /* ACCEPTED; its state is `saved` */
    struct builder saved;
    struct sweep_words words;
};

struct sweep_judge {
    const struct sweep_plan *plan;
    struct loader *loader; /* owned by the caller */
    struct sweep_pulse *pulse;
    uint32_t timeout_ms;
    char program[64];
    struct sweep_reference fast, plain;
    struct builder fresh;
    struct builder bytes; /* of the cell */
    struct ring_areas areas;
    bool cut; /* behind them nothing follows */
};

/*
 * Loads the undamaged stream in both ways, and one without sections where `with_fresh`.  0, or -1 with a reason;
 * `refused` (set to false before) is then true when the stream is not accepted, which another loader will not mend.
 * Clear it in both cases.
 */
int sweep_judge_init(struct sweep_judge *judge, const struct sweep_plan *plan, struct loader *loader,
                     struct sweep_pulse *pulse, uint32_t timeout_ms, bool with_fresh, bool *refused,
                     struct hs_error *err);
void sweep_judge_clear(struct sweep_judge *judge);

/*
 * Judges a cell; `plainly`: without a fast load.  0, or -1 with a reason: a cell that is checked, one in 256, has
 * another verdict when it is not loaded fast.
 */
int sweep_judge_cell(struct sweep_judge *judge, uint32_t index, bool plainly, enum verdict *verdict,
                     char text[SWEEP_TEXT], struct hs_error *err);

#endif

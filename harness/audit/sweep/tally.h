/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a sweep knows so far: a result for each cell, and which pieces are still to be judged. */
#ifndef HARDSTOP_AUDIT_SWEEP_TALLY_H
#define HARDSTOP_AUDIT_SWEEP_TALLY_H

#include "harness/audit/sweep/journal.h"
#include "harness/audit/sweep/worker.h"

struct sweep_tally {
    const struct sweep_plan *plan;
    bool *repeats; /* for each cell: has the bytes and the result of the one before it */
    uint32_t *results; /* for each cell: the number of its answer plus 1, 0 where there is none yet */
    struct sweep_answers answers;
    struct sweep_journal journal;
    uint32_t streams; /* cells that do not repeat */
    uint32_t missing; /* of them, without a result */
    uint64_t done; /* cells, those that repeat included */
    uint32_t cursor; /* cells from here on were never handed out */
    struct sweep_piece *returned; /* handed out, and not done */
    size_t n_returned;
};

/* Reads the journal, if there is one.  0, or -1 with a reason; clear it in both cases. */
int sweep_tally_init(struct sweep_tally *tally, const struct sweep_plan *plan, const char *journal, uint64_t hash,
                     struct hs_error *err);
void sweep_tally_clear(struct sweep_tally *tally);

/* Takes a cell's result; one that the journal must not keep is UNKNOWN. */
void sweep_tally_put(struct sweep_tally *tally, uint32_t cell, uint32_t answer);

/* The next cells to judge, `workers` sharing what is left; false when all are handed out. */
bool sweep_tally_take(struct sweep_tally *tally, unsigned workers, struct sweep_piece *piece);
/* Hands back what is not done of a piece. */
void sweep_tally_return(struct sweep_tally *tally, struct sweep_piece piece);
/* True when sweep_tally_take() has more. */
bool sweep_tally_has_more(struct sweep_tally *tally);

/* All results into an audit. */
void sweep_tally_fill(const struct sweep_tally *tally, struct audit *audit);

#endif

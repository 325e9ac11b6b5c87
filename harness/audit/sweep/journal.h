/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal of a sweep: answers and which cells gave them, appended as they come in.  Each record's checksum goes on
 * from the one before, so that what is read is a beginning of what was written; the rest is cut off and done again.
 *
 * Head: magic (8), version (4), hash of the sweep (8), checksum of these (8).  Record: kind (1), size of what follows
 * (4), that, checksum (8).  An ANSWER is a verdict (1) and its text, numbered from 0 as they stand; CELLS are pairs of
 * cell (4) and answer (4).  Numbers are big-endian.
 */
#ifndef HARDSTOP_AUDIT_SWEEP_JOURNAL_H
#define HARDSTOP_AUDIT_SWEEP_JOURNAL_H

#include "harness/audit/sweep/answers.h"

/* Goes up with what an answer's text is, too: a journal of another version is another sweep's. */
#define SWEEP_JOURNAL_VERSION 2

struct sweep_journal {
    int fd; /* -1: none is kept */
    uint64_t chain; /* checksum of the last record */
    uint32_t answers; /* how many are written */
    struct builder out; /* not yet written */
    struct builder cells; /* of the CELLS record that comes next */
};

/*
 * Opens or creates the journal at `path` and locks it.  `answers` and `results` (one place for each of `n` cells: the
 * number of its answer plus 1, 0 where there is none yet) get what it holds.  0, or -1 with a reason: cannot be
 * written, a symbolic link (the name is ours: it was put there to have us write elsewhere), in use, of another sweep.
 */
int sweep_journal_open(struct sweep_journal *journal, const char *path, uint64_t hash, struct sweep_answers *answers,
                       uint32_t *results, uint32_t n, struct hs_error *err);
/* Notes a result, to be written by the next flush. */
void sweep_journal_note(struct sweep_journal *journal, uint32_t cell, uint32_t answer);
/* Writes what was noted, and before it the answers that are new.  0, or -1 with a reason. */
int sweep_journal_flush(struct sweep_journal *journal, const struct sweep_answers *answers, struct hs_error *err);
/* Without a flush. */
void sweep_journal_close(struct sweep_journal *journal);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seeded trials of both modes of search.h, each in a process of its own, some at a time.  Then each finding of any
 * trial is judged once more, with a long time limit, and reduced (blame.h): it counts as what is left of it.  A name in
 * it that no seed has, so one that the input made up, does not make another finding.
 */
#ifndef HARDSTOP_BENCH_TRIALS_H
#define HARDSTOP_BENCH_TRIALS_H

#include "harness/finding/finding.h"
#include "harness/finding/known.h"
#include "harness/bench/plan.h"
#include "harness/bench/search.h"

/* A distinct finding of all trials, and what became of it. */
struct confirmed {
    uint64_t found; /* signature in the trials that found it */
    uint64_t signature; /* when it was reduced: two may become one */
    enum verdict verdict; /* UNKNOWN: it went away */
    char what[192]; /* for people: verdict, device, field or crash */
};

/* In memory that the processes share. */
struct trials_shared {
    struct search_result results[SEARCH_PAIR][PLAN_TRIALS];
    double seconds[SEARCH_PAIR][PLAN_TRIALS];
    struct confirmed confirmed[SEARCH_PAIR * SEARCH_FINDINGS]; /* as many as n_found */
};

struct trials {
    struct plan plan; /* the caller's, as seeds and modes */
    double seconds; /* of each trial; 0: plan.loads counts */
    struct bench_seeds seeds;
    enum search_mode modes[SEARCH_PAIR]; /* that are compared */
    char folder[64]; /* where cases of findings are, while trials run */
    struct finding *found;
    size_t n_found;
    struct trials_shared *shared;
};

/* Runs all; failures of the harness end the process. */
void trials_run(struct trials *trials);
void trials_clear(struct trials *trials);

/* How many distinct findings of a trial stay (side: an index of modes), by verdict, and in all at VERDICT_COUNT. */
void trials_count(const struct trials *trials, size_t side, size_t trial, double counts[VERDICT_COUNT + 1]);
/* How many trials of a mode have a finding that stays with that signature. */
unsigned trials_with(const struct trials *trials, size_t side, uint64_t signature);
/* The loads that a trial took to a finding that stays and that a line is of; 0: it did not come to it. */
unsigned long trials_taken(const struct trials *trials, size_t side, size_t trial, const struct known_line *line);

#endif

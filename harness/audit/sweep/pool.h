/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The worker processes of a sweep, as their parent sees them: started, heard, watched, and replaced when they die. */
#ifndef HARDSTOP_AUDIT_SWEEP_POOL_H
#define HARDSTOP_AUDIT_SWEEP_POOL_H

#include <sys/types.h>

#include "harness/audit/sweep/tally.h"

#define SWEEP_WORKERS 64

struct sweep_worker {
    pid_t pid; /* 0: none */
    int socket;
    struct sweep_shared *shared;
    struct sweep_piece piece; /* what it works on; empty: nothing */
    bool waits; /* for a piece */
    bool was_silent; /* and was killed for that */
    bool has_told; /* why it ends */
    uint32_t *numbers; /* the tally's number of each answer of its own */
    uint32_t n_numbers;
    uint32_t loads; /* as last seen, */
    double since; /* and when that changed */
};

struct sweep_pool {
    struct sweep_job job;
    struct sweep_tally *tally;
    struct sweep_worker workers[SWEEP_WORKERS];
    unsigned n;
    unsigned failures; /* of workers, since the last result */
    unsigned fresh_failures; /* of workers that loaded a stream without sections */
    bool has_failed; /* for good; the reason is in `err` */
    struct hs_error *err;
};

/* How long a worker may be silent before it is killed: what a load may take by the clock, and the job's grace. */
uint64_t sweep_silence_ms(const struct sweep_job *job);
/* Starts workers where there is work for them, waits a moment for what they say, and takes it. */
void sweep_pool_turn(struct sweep_pool *pool);
/* Ends all workers and takes what they had done. */
void sweep_pool_end(struct sweep_pool *pool);

#endif

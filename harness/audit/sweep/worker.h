/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a sweep's parent and its worker processes say to each other, and the worker.  Results go through a ring in
 * shared memory, so that neither side makes a system call for each, and none is lost when a worker dies.
 */
#ifndef HARDSTOP_AUDIT_SWEEP_WORKER_H
#define HARDSTOP_AUDIT_SWEEP_WORKER_H

#include "harness/audit/sweep/judge.h"

#define SWEEP_RING 4096

/* One worker's memory that the parent shares. */
struct sweep_shared {
    struct sweep_pulse pulse;
    _Atomic uint32_t at; /* the cell that is judged, plus 1; 0: none */
    _Atomic uint32_t stop; /* not 0: no further cell is begun */
    _Atomic uint32_t written, read; /* entries of the ring, ever */
    struct {
        uint32_t cell;
        uint32_t answer; /* as the worker numbers them */
    } ring[SWEEP_RING];
};

/* Cells to judge, to the parent's order. */
struct sweep_piece {
    uint32_t first, end;
    bool plainly; /* the worker before died or was silent in a fast load of it */
};

enum sweep_message_kind {
    SWEEP_WANTS, /* a piece; all of the last one is in the ring */
    SWEEP_ANSWER, /* the next number of this worker's */
    SWEEP_FAILED, /* the worker ends: another may do better */
    SWEEP_REFUSED, /* none would */
};

/* From worker to parent, one packet each, `text` without the rest. */
struct sweep_message {
    uint32_t kind; /* enum sweep_message_kind */
    uint32_t verdict; /* ANSWER */
    char text[SWEEP_TEXT];
};

struct sweep_job {
    const struct sweep_plan *plan;
    const bool *repeats; /* for each cell: not loaded, the one before it was */
    const uint32_t *results; /* for each cell: not 0, known already */
    sweep_open_fn *open;
    void *user;
    uint32_t timeout_ms, grace_ms;
    bool with_fresh;
};

/*
 * Serves the parent at the socket until that closes, on one of the cores: the `number`-th, counted around.  For a
 * process of its own, which exits afterwards.
 */
void sweep_work(const struct sweep_job *job, unsigned number, struct sweep_shared *shared, int socket);

#endif

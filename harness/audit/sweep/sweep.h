/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every damage of the chosen kinds at every offset of a section, or of a whole stream, on any loader.
 *
 * The damages (cells) have an order that only the case and the options give: by edit, value and offset.  Neighbours of
 * one edit and value that give the same bytes are loaded once.  Worker processes, each with a loader of its own, take
 * them in pieces; a worker that dies or is silent costs the one cell that it was at.  What comes in is kept in a
 * journal, so that an interrupted sweep goes on where it was, and ends with the same audit.
 *
 * Loads are fast ones.  What crashes, hangs or has no outcome is loaded again in the other way, whose answer counts;
 * and so is one stream in 256, to see that fast loads tell the truth.  A cell that has no outcome then either is
 * UNKNOWN, and not kept in the journal.
 */
#ifndef HARDSTOP_AUDIT_SWEEP_SWEEP_H
#define HARDSTOP_AUDIT_SWEEP_SWEEP_H

#include "harness/audit/audit.h"
#include "harness/audit/edit_plan.h"

struct sweep_progress {
    uint64_t done, cells; /* `done` counts what the journal held, too */
    double rate; /* cells a second of this run; 0 at its beginning */
    double seconds_left; /* by that rate; negative: not known */
};

struct sweep_options {
    size_t section; /* index in the stream, or EDIT_WHOLE */
    struct edit_choice choice;
    const ProtobufCBinaryData *description; /* JSON of a vmdesc, names what no table does; NULL: the stream's own */
    unsigned jobs; /* workers; 0: one for each core */
    uint32_t timeout_ms; /* of a load; 0: LOADER_SWEEP_MS */
    uint32_t grace_ms; /* how long a worker may be silent beyond that before it is killed; 0: LOADER_WORKER_GRACE_MS */
    const char *journal; /* path, or NULL: keep none */
    void (*progress)(void *user, const struct sweep_progress *progress); /* about ten times a second, or NULL */
    void *user; /* for `progress` */
};

/* Opens a loader, in the worker that will use it; NULL with a reason. */
typedef struct loader *sweep_open_fn(void *user, struct hs_error *err);

/*
 * Runs the sweep and fills `audit` (zeroed, or with setup and loader only): section, bytes, streams, fields, runs and
 * counts, not the findings.  The case has no damages of its own, and loads undamaged.
 * 0; 1 when `*interrupted` became nonzero (a signal handler's), with all done so far in the journal; -1 with a reason:
 * the undamaged stream is not accepted, no loader, a journal of another sweep, fast loads that answer otherwise than
 * others.
 */
int sweep(const Hardstop__Case *test, const struct sweep_options *options, sweep_open_fn *open, void *user,
          const volatile int *interrupted, struct audit *audit, struct hs_error *err);

#endif

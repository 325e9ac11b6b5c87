/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a sweep is asked for, and what it tells meanwhile. */
#ifndef HARDSTOP_AUDIT_SWEEP_OPTIONS_H
#define HARDSTOP_AUDIT_SWEEP_OPTIONS_H

#include "harness/audit/audit.h"
#include "harness/audit/edit/edit_plan.h"

struct sweep_progress {
    uint64_t done, cells; /* `done` counts what the journal held, too */
    double rate; /* cells a second of this run; 0 at its beginning */
    double seconds_left; /* by that rate; negative: not known */
};

struct sweep_options {
    size_t section; /* index in the stream, or EDIT_WHOLE */
    struct edit_choice choice;
    unsigned jobs; /* workers; 0: one for each core */
    uint32_t timeout_ms; /* of a load; 0: LOADER_TIMEOUT_MS */
    uint32_t grace_ms; /* how long a worker may be silent beyond that before it is killed; 0: LOADER_WORKER_GRACE_MS */
    const char *journal; /* path, or NULL: keep none */
    void (*progress)(void *user, const struct sweep_progress *progress); /* about ten times a second, or NULL */
    void *user; /* for `progress` */
};

/* Opens a loader, in the worker that will use it; NULL with a reason. */
typedef struct loader *sweep_open_fn(void *user, struct hs_error *err);

#endif

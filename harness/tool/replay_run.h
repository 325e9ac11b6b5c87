/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many replays, some of them at the same time. */
#ifndef HARDSTOP_TOOL_REPLAY_RUN_H
#define HARDSTOP_TOOL_REPLAY_RUN_H

#include "harness/finding/replay.h"

struct replay_task {
    const struct known_line *line;
    const char *program, *version; /* of the QEMU, see replay_line() */
    char *why; /* filled in: it has no verdict, for that reason; NULL: it has one.  Free it. */
};

/*
 * Does all tasks in `jobs` processes; `replays` gets what they show, in the order of the tasks.  Of a task without a
 * verdict `tell` is told why.  0, or -1 with a reason, when no process can be started.
 */
int replay_run(const struct known *known, struct replay_task *tasks, size_t n, unsigned jobs, enum trust trust,
               int (*tell)(const struct hs_error *err), struct replays *replays, struct hs_error *err);

#endif

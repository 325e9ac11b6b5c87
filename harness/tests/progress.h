/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moments in the life of a process that do not depend on how busy the machine is: counted in the processor time that it
 * and all below it have used.
 */
#ifndef HARDSTOP_TESTS_PROGRESS_H
#define HARDSTOP_TESTS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { PROGRESS_PROCESSES = 256 }; /* below one, at most */

struct progress_process {
    pid_t pid, parent;
    char name[32];
    bool ended; /* nobody has waited for it yet */
    uint64_t used_ms; /* its own, and that of children which were waited for */
};

/* The process and all below it, itself first; 0 when it is gone.  `list` has room for PROGRESS_PROCESSES. */
size_t progress_tree(pid_t root, struct progress_process *list);
/* Waits until they have used so much more; false when the process ended before.  Does not reap it. */
bool progress_wait(pid_t root, uint64_t ms);
/* Waits for the end, without reaping; returns how much they have used meanwhile. */
uint64_t progress_run(pid_t root);
/* Waits until a process whose name contains `name` is below it; false when it ended before. */
bool progress_wait_for(pid_t root, const char *name);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each task in a process of its own, some at a time. */
#ifndef HARDSTOP_BENCH_PROCESSES_H
#define HARDSTOP_BENCH_PROCESSES_H

#include <stddef.h>

/*
 * Runs tasks 0 to n - 1, `jobs` at once; `what` they are is for the progress on a terminal.  A task ends its process
 * with status 0; one that does not, ends us.
 */
void processes_run(const char *what, size_t n, size_t jobs, void (*run)(void *user, size_t index), void *user);

#endif

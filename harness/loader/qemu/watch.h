/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a QEMU ends that is not entered: it runs as it is, and the preload object in it only notes the stack of a fatal
 * signal or an exit.
 */
#ifndef HARDSTOP_LOADER_QEMU_WATCH_H
#define HARDSTOP_LOADER_QEMU_WATCH_H

#include "harness/loader/loader.h"
#include "harness/loader/qemu/process.h"
#include "harness/loader/qemu/program.h"

struct watch;

/* `object` is the path of one that such a QEMU has taken.  NULL with a reason. */
struct watch *watch_open(const char *object, struct hs_error *err);
/* `watch` may be NULL. */
void watch_close(struct watch *watch);

/* Forgets the last process, and gives the next one what it needs. */
void watch_begin(struct watch *watch, struct process_given *given);
/* Ends a watched process that hangs, in a way that shows where. */
void watch_interrupt(struct process *process);
/* Fills in fault address and frames; none, where the process was not watched or did not end by itself. */
void watch_read(struct watch *watch, struct loader_answer *answer);

#endif

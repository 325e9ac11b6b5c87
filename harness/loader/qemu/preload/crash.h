/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records how a load ended when it did not return: signal, faulting address, stack, stray exit. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_CRASH_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_CRASH_H

#include "harness/loader/qemu/protocol.h"

/* Makes the unwinder, and a sanitizer in the program, ready, once, before the first load: they allocate at first. */
void crash_prepare(void);
/* In the loading process: from now on signals and exits are recorded in `shared->answer`. */
void crash_watch(struct protocol_shared *shared);
/*
 * The same in a QEMU that goes on as it would without us: an exit has its handlers run, and frames are translated by
 * whom they are of.
 */
void crash_watch_all(struct protocol_shared *shared);
/*
 * A load that aborts, faults or exits goes on behind the return place, as if it had called __builtin_longjmp(), instead
 * of ending its process; NULL: no longer.  Not where a sanitizer handles the signal, or where it was sent from outside.
 */
void crash_return_to(void **place);
/* In the serving process, which has the same layout: turns recorded addresses into module, offset and symbol. */
void crash_translate(struct protocol_shared *shared);

#endif

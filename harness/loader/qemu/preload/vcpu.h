/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work that QEMU queues for a virtual processor.  A fork has none of the threads that would do it (run_on_cpu() would
 * wait for ever), so it is done in place, by the thread that waits for it or, after the load, by the one that loaded.
 */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_VCPU_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_VCPU_H

#include "harness/loader/qemu/protocol.h"

/* In a fork: whoever waits for a condition, from now on, does the queued work instead. */
void vcpu_begin(struct protocol_shared *shared);
/* Does what is queued. */
void vcpu_do_work(void);

#endif

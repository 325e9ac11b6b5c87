/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work that QEMU queues for a virtual processor.  A fork has none of the threads that would do it (run_on_cpu() would
 * wait for ever), so it is done in place, by the thread that waits for it or, after the load, by the one that loaded.
 */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_VCPU_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_VCPU_H

#include <stdbool.h>

#include "harness/loader/qemu/protocol.h"

/*
 * In a fork: its first thread, whenever it waits for a condition from now on, does the queued work instead.  Without
 * work and without other threads, which only a load can have started, nobody would ever signal it: the load ends.
 */
void vcpu_begin(struct protocol_shared *shared);
/* Does what is queued; false when nothing was. */
bool vcpu_do_work(void);

#endif

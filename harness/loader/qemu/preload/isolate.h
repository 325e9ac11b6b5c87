/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts a process's memory back to what it was, many times: cheaper than a new process for each load.
 *
 * Every writable page is write-protected; the first write to one keeps a copy of it, and from then on the page is
 * written back after each load.  What cannot be put back (mappings that came or went, descriptors that were closed) is
 * noticed and said.  For a process with one thread, and with SIGSEGV handled as isolate_allow() asks.
 */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_ISOLATE_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_ISOLATE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Takes the state to which isolate_restore() goes back.  `kept` is memory that is not put back (shared with another
 * process, say).  False when the process does not allow it.
 */
bool isolate_begin(const void *kept, size_t kept_size);
/* In a SIGSEGV handler, on a stack in this module: true when the fault was the first write to a page, now allowed. */
bool isolate_allow(const void *address);
/* Makes memory writable that the kernel, which raises no signal, is going to write to. */
void isolate_touch(void *address, size_t size);
/* Says that the memory, or what it holds, goes away: without a fault, nothing would be put back. */
void isolate_lose(const void *address);
/* Puts all back.  False when something cannot be: the process must end then. */
bool isolate_restore(void);
/* Nothing is protected any more: the process is about to end. */
void isolate_release(void);

/* Zeroes what lies below the caller's stack frame: what a load left there must not meet the next. */
void isolate_clean_stack(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads beyond the end of the stream.  A loader that skips as many bytes as a damaged number says goes on asking for
 * each: whether it comes to an end or is hung is a count of its questions, not a time, so that a busy machine gives the
 * same answer.
 */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_BEYOND_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_BEYOND_H

#include "harness/loader/qemu/protocol.h"

/* The QEMUFile of the load that begins. */
void beyond_begin(struct protocol_shared *shared, void *file);
/* One byte or more was asked for behind the end.  Does not return when that was once too often. */
void beyond_ask(void);
/* The load is over: QEMU's code is as it was. */
void beyond_end(void);

#endif

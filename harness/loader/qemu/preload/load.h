/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One load, in the process that calls. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_LOAD_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_LOAD_H

#include "harness/loader/qemu/protocol.h"

/*
 * Once in a process, before load_stream(): makes what a load needs beside the request, while nothing is protected or
 * limited.
 */
void load_prepare(void);

/*
 * Loads what `shared->request` describes and, when it is accepted, saves the state again; `shared->answer` says how far
 * it came and with what result.  Ends the process with status 3 when the request itself cannot be read.
 */
void load_stream(struct protocol_shared *shared);

#endif

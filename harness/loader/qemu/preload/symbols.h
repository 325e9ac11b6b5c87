/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of QEMU that the preload object calls, looked up at run time.  One object serves all versions, so what
 * differs between them is told by what is there, never by a number:
 *   an Error ** that came later is handed over always: a function that does not take it does not look at it;
 *   a return value that came or went is not read;
 *   a function that got another name is a row with both.
 * Signatures: migration/savevm.h, migration/migration.h, migration/qemu-file.h, include/io/channel-file.h, of QEMU 7.2,
 * 10.0 and 10.2.
 */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_SYMBOLS_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_SYMBOLS_H

#include <stdbool.h>

#include "harness/loader/qemu/preload/functions.h"
#include "harness/loader/qemu/protocol.h"

extern struct symbols symbols;

/* True when the running program is a QEMU. */
bool symbols_present(void);
/* True when the program exports what clang has it call for its counters. */
bool symbols_counts(void);
/* Lists all names for the supervisor, which says of each where it is in the program's file. */
void symbols_list(struct protocol_shared *shared);
/*
 * Fills `symbols` with what the program exports, or else what `shared->program` tells; returns the name of the first
 * function that is missing, or NULL.
 */
const char *symbols_resolve(const struct protocol_shared *shared);

#endif

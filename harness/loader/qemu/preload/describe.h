/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's own description (JSON of a vmdesc) of the state as it is now.  It is written only by the functions that end a
 * migration, which from QEMU 8 on expect its writer in a member of struct MigrationState.  Which one is found by trial.
 */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_DESCRIBE_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_DESCRIBE_H

#include <stdbool.h>
#include <stdint.h>

/* Once, before the first load: looks for that member. */
void describe_prepare(void);

/*
 * Writes the record of a description (type, size, JSON) at `offset` of the file; returns its size, 0 where this QEMU
 * writes none, or, with `as_sent`, where its machine type sends none.  What is behind it in the file is not the
 * caller's.
 */
uint64_t describe_state(int fd, uint64_t offset, bool as_sent);

#endif

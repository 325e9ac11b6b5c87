/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest memory as it is before a load, for another one in the same process. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_RAM_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_RAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes the room for a copy, before a limit is set to what the load may take. */
void ram_reserve(void);
/* Keeps a copy of all blocks of guest memory.  False without room: there are more than 256 MiB, or none is found. */
bool ram_keep(void);
/*
 * Each piece that is not what it was, in the order of blocks and addresses: the name of its block, "" where this QEMU
 * tells none, the offset there, and what it holds now.
 */
void ram_for_each_change(void (*change)(const char *block, uint64_t at, const void *bytes, size_t size));
/* Makes it what it was. */
void ram_put_back(void);

#endif

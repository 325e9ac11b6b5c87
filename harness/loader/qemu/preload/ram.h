/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest memory as it is before a load, for another one in the same process. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_RAM_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_RAM_H

#include <stdbool.h>

/* Keeps a copy of all blocks of guest memory.  False where there are more than 256 MiB of it, or it cannot be found. */
bool ram_keep(void);
/* Makes it what it was. */
void ram_put_back(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* POKE_WATCH: what a machine in use wrote. */
#ifndef HARDSTOP_LOADER_WRITTEN_H
#define HARDSTOP_LOADER_WRITTEN_H

#include <stdint.h>

/* Before the bytes that were written to one place. */
struct loader_written {
    char kind[28]; /* the name of a block of guest memory ("pc.ram"), or LOADER_BACKEND; ends with a zero */
    uint32_t size;
    uint64_t at; /* in the block; of a backend, all that was handed to any is one piece, and begins at 0 */
};

/* What a device is connected to: a file, a socket, a pipe, a device of the host's. */
#define LOADER_BACKEND "backend"

#endif

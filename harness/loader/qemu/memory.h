/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory that a supervisor shares with its QEMU: see protocol.h. */
#ifndef HARDSTOP_LOADER_QEMU_MEMORY_H
#define HARDSTOP_LOADER_QEMU_MEMORY_H

#include "harness/base/error.h"
#include "harness/loader/qemu/protocol.h"

/* Begins as MEMORY_INIT. */
struct memory {
    int control, input, output; /* memory files */
    struct protocol_shared *shared; /* what `control` begins with */
};

#define MEMORY_INIT { -1, -1, -1, NULL }

/* 0, or -1 with a reason; memory_close() is needed either way. */
int memory_open(struct memory *memory, struct hs_error *err);
void memory_close(struct memory *memory);

#endif

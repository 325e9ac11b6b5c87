/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What memory holds before anybody writes to it: nothing that a stream decides. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_FRESH_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_FRESH_H

#include <stdint.h>

/* From here on, what is allocated holds the complement of this byte, most of what is freed the byte; 0: as it is. */
void fresh_fill_heap(uint8_t byte);
/* What the caller has called, and will call, uses a stack with one less in it; 0: as it is. */
void fresh_fill_stack(uint8_t byte);

#endif

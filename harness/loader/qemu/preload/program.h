/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program that we are loaded into, which need not be the file that was started: its file, and where it is. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_PROGRAM_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/loader/qemu/protocol_program.h"

/* True when it holds PROTOCOL_SAYS_QEMU. */
bool program_is_qemu(void);
/* Where the first byte of its file is loaded; 0 when not known. */
uintptr_t program_start(void);
/* The path of the file in which `function` is; "" when nothing says. */
void program_path(const void *function, char *path, size_t size);
/* Where a symbol of the program's file is, for this thread; NULL when it is nowhere. */
void *program_address(const struct protocol_symbol *symbol);

#endif

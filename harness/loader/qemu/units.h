/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source lines by address, from the compilation units' own ranges: clang writes no .debug_aranges, without which
 * libdwfl (elfutils 0.188) finds no unit.
 */
#ifndef HARDSTOP_LOADER_QEMU_UNITS_H
#define HARDSTOP_LOADER_QEMU_UNITS_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>

/* Begins as zeros. */
struct units {
    struct unit_range *ranges; /* sorted */
    size_t n;
    bool known; /* they were looked for */
};

/* The name of the source file as the debug information has it, and the line; NULL when not known. */
const char *units_find(struct units *units, Dwfl_Module *program, Dwarf_Addr address, int *line);
void units_clear(struct units *units);

#endif

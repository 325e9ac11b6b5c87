/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sorted list of which unit has which addresses, made at the first question. */
#include "harness/loader/qemu/units.h"

#include <elfutils/libdw.h>
#include <stdlib.h>

#include "harness/base/alloc.h"

struct unit_range {
    Dwarf_Addr start, end; /* in the file */
    Dwarf_Die unit;
};

static int compare(const void *left, const void *right)
{
    const struct unit_range *a = left, *b = right;

    return (a->start > b->start) - (a->start < b->start);
}

static void add_ranges(struct units *units, Dwarf_Die *unit)
{
    Dwarf_Addr base, start, end;
    ptrdiff_t at = 0;

    while ((at = dwarf_ranges(unit, at, &base, &start, &end)) > 0) {
        /* What the linker left out is at 0. */
        if (start && start < end) {
            *HS_PUSH(units->ranges, units->n) = (struct unit_range){ start, end, *unit };
        }
    }
}

static void look_for_all(struct units *units, Dwfl_Module *program)
{
    Dwarf_Die *unit = NULL;
    Dwarf_Addr bias;

    units->known = true;
    while ((unit = dwfl_module_nextcu(program, unit, &bias))) {
        add_ranges(units, unit);
    }
    if (units->n) {
        qsort(units->ranges, units->n, sizeof(*units->ranges), compare);
    }
}

const char *units_find(struct units *units, Dwfl_Module *program, Dwarf_Addr address, int *line)
{
    Dwarf_Line *found;
    Dwarf_Addr bias;
    size_t low = 0, high;

    if (!dwfl_module_getdwarf(program, &bias)) {
        return NULL;
    }
    if (!units->known) {
        look_for_all(units, program);
    }
    address -= bias;
    /* The last that begins at the address or before. */
    for (high = units->n; low < high;) {
        size_t middle = (low + high) / 2;

        if (units->ranges[middle].start <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (!low || address >= units->ranges[low - 1].end) {
        return NULL;
    }
    found = dwarf_getsrc_die(&units->ranges[low - 1].unit, address);
    return found && dwarf_lineno(found, line) == 0 ? dwarf_linesrc(found, NULL, NULL) : NULL;
}

void units_clear(struct units *units)
{
    free(units->ranges);
    *units = (struct units){ 0 };
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values with which the edit `range` tries a field. */
#ifndef HARDSTOP_AUDIT_EDIT_EDIT_RANGE_H
#define HARDSTOP_AUDIT_EDIT_EDIT_RANGE_H

#include <stdbool.h>

#include "harness/audit/edit/edit.h"
#include "harness/wire/map.h"

/*
 * The boundary values of a field, as its bytes in ascending order, without the value it has; returns how many, at most
 * EDIT_BOUNDARIES.  `described`: a table of ours describes the section that it is in.
 */
#define EDIT_BOUNDARIES 9
size_t edit_boundaries(const struct map *map, const struct map_entry *entry, bool described,
                       uint8_t values[EDIT_BOUNDARIES][EDIT_VALUE_SIZE]);

/* Is each index in the path below `elements`, which is 0 for any?  "queue[3].num" is not, of 3. */
bool edit_is_within(const char *path, unsigned elements);

#endif

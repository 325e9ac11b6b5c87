/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What two sides send of a device, field by field, and what they are set to: why a state of the one may not be kept by
 * the other.  Fields are those of fresh machines, by the tables or the streams' own descriptions, arrays as a whole.
 */
#ifndef HARDSTOP_COMPAT_LAYOUT_H
#define HARDSTOP_COMPAT_LAYOUT_H

#include <jansson.h>

#include "harness/compat/side.h"

/*
 * [{"device", "field", "change", "from", "to"}]: "grown" and "shrunk", in bytes; "gone" and "new", a field of one side
 * alone; "moved", a field that stands elsewhere among the others; "version", the numbers of a section's version.  Where
 * a table of ours fits one side alone, "grown" or "shrunk" has the size of the section, and names the field at which
 * the bytes of both begin to differ.  Of the sections of `stream` alone.  Only after side_fresh() of both; free it with
 * json_decref().
 */
json_t *layout_compare(const struct side *from, const struct side *to, const Hardstop__Stream *stream);

/* [{"device", "property", "from", "to"}] of two results of inventory_properties(): those that are not the same. */
json_t *layout_properties(const json_t *from, const json_t *to);

#endif

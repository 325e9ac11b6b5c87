/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of a state as it was given, beside those of another, field by field. */
#ifndef HARDSTOP_COMPAT_BYTES_BESIDE_H
#define HARDSTOP_COMPAT_BYTES_BESIDE_H

#include <jansson.h>

#include "harness/wire/stream.h"

/*
 * [{"device", "field", "offset": in the section as it was given, or null, "given": hex, or null, "other": hex, or null,
 * "differs": bool}]: fields of sections that both have, those that differ with some around them, at most some hundred;
 * of each the first bytes.  Fields that no table names are named by the descriptions of the streams `given_names` and
 * `other_names`; of a section that a table fits on one side alone, the table's names are for both.
 */
json_t *bytes_beside(const Hardstop__Stream *given, const Hardstop__Stream *given_names, const Hardstop__Stream *other,
                     const Hardstop__Stream *other_names);

#endif

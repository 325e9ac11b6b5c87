/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two states, field by field. */
#ifndef HARDSTOP_ORACLE_STATE_H
#define HARDSTOP_ORACLE_STATE_H

#include "harness/wire/map.h"

struct state_difference {
    char device[64]; /* of the section, without its path */
    char idstr[256];
    char path[256]; /* of the field; "" for the section as a whole */
    char left[64], right[64]; /* values; "missing" where one side has no such field */
};

#define STATE_DIFFERENCES 32

struct state_comparison {
    struct state_difference differences[STATE_DIFFERENCES]; /* the first ones */
    size_t n; /* how many were found in all */
};

/*
 * Compares the payloads of `left`'s sections with those of the same idstr and instance_id in `right`.  Sections that
 * only `right` has are not looked at.  Fields that a loader recomputes (field.h) are left out when `recomputed` is
 * false.
 */
void state_compare(const struct map *left, const Hardstop__Stream *left_stream, const struct map *right,
                   const Hardstop__Stream *right_stream, bool recomputed, struct state_comparison *comparison);

/* The description (vmdesc) inside a saved state; false when it has none. */
bool state_description(const uint8_t *saved, size_t size, ProtobufCBinaryData *json);

#endif

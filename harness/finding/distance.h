/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a case is from a captured stream, as a number and in words. */
#ifndef HARDSTOP_FINDING_DISTANCE_H
#define HARDSTOP_FINDING_DISTANCE_H

#include <stddef.h>

#include "case.pb-c.h"

/* The section of `captured` (may be NULL) with the idstr and instance_id of `section`, or NULL. */
const Hardstop__Section *distance_partner(const Hardstop__Section *section, const Hardstop__Stream *captured);

/*
 * In how many fields, and in bytes fields in how many bytes, the case's sections differ from their partners in
 * `captured`; of a section without one, all that are set.  0 where `captured` is NULL.
 */
size_t distance_of_case(const Hardstop__Case *test, const Hardstop__Stream *captured);

typedef void distance_words_fn(void *user, const char *words);

/*
 * What makes a case differ from a sound one: "virtio-net virtio.queue[0].num: 256 -> 0" for each field that is not as
 * in `captured` (NULL: none is told), then guest memory, then damages.  Returns how many there are.
 */
size_t distance_words(const Hardstop__Case *test, const Hardstop__Stream *captured, distance_words_fn *each,
                      void *user);

#endif

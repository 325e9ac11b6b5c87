/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a case says that guest memory holds, its rings laid out: as it is written into a machine's memory. */
#ifndef HARDSTOP_CASE_RING_AREAS_H
#define HARDSTOP_CASE_RING_AREAS_H

#include "case.pb-c.h"
#include "harness/wire/builder.h"

/* Zeroed before first use, released with ring_areas_clear(). */
struct ring_areas {
    Hardstop__GuestMemory *const *list; /* in the order in which they are written: a later one may lie over others */
    size_t n;
    struct builder bytes; /* of the rings, */
    Hardstop__GuestMemory *areas; /* an area for each piece of a ring, */
    size_t n_areas, most_areas;
    Hardstop__GuestMemory **all; /* and the case's own before them */
    size_t most;
};

/*
 * The case's guest memory, and behind it what its rings are.  Where a field of a ring is absent it fits the section of
 * its device in the case's stream, which is the undamaged one.  A ring whose section is not there, or has no such
 * queue, has no areas, nor have those behind 16 MiB of others.  What is in the list is borrowed from the case, and
 * lasts until the next call.
 */
void ring_areas_lay(struct ring_areas *areas, const Hardstop__Case *test);

void ring_areas_clear(struct ring_areas *areas);

#endif

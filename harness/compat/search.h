/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * States that no guest, firmware or canary made, and that a side has by its own account all the same: it takes a
 * mutated state and saves it.  What it saves, the other side may refuse or change: a range that one checks, sizes of
 * rings, features that only together do harm.
 */
#ifndef HARDSTOP_COMPAT_SEARCH_H
#define HARDSTOP_COMPAT_SEARCH_H

#include "harness/compat/compat.h"

struct search {
    struct side *from, *to;
    uint64_t seed; /* of the mutations: the same seed and number of states, the same result */
    unsigned long states; /* to be made at most; 0: no limit */
    double seconds; /* to make them in; 0: no limit */
    /* Gets each break that tells something new, with the state it is of, brought as near to a seed as it shows. */
    void (*found)(void *user, const Hardstop__Case *state, struct compat_trip *trip);
    void *user;
};

/* Begins with `seeds`, states that the first side takes.  Returns how many were sent; -1 with a reason. */
long search_run(const struct search *search, Hardstop__Case *const *seeds, size_t n_seeds, struct hs_error *err);

#endif

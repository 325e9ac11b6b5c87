/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an oracle said of the last cases: one that comes again, from another side or on the way back, is not loaded. */
#ifndef HARDSTOP_COMPAT_JUDGED_H
#define HARDSTOP_COMPAT_JUDGED_H

#include <xxhash.h>

#include "harness/judge/oracle.h"

enum { JUDGED_CASES = 128 };

struct judged_case {
    XXH128_hash_t hash; /* of the case without its setup */
    Hardstop__Case *test; /* a copy, which the judgement is of */
    struct judgement judgement;
};

struct judged {
    struct judged_case *cases[JUDGED_CASES]; /* NULL: the place is free */
    struct judged_case *whole[2]; /* a whole stream is large, and seldom the same again: the last ones */
    size_t next, next_whole;
};

/*
 * Judges a case by the oracle of one setup, or remembers; zero `judged` before first use.  The judgement is valid until
 * JUDGED_CASES others were judged, or two other whole streams.  NULL with a reason when the harness failed.
 */
const struct judgement *judged_case(struct judged *judged, struct oracle *oracle, const Hardstop__Case *test,
                                    struct hs_error *err);
void judged_clear(struct judged *judged);

#endif

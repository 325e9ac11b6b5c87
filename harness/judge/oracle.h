/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judging: what a loader did with a case, beside what it does with the same case undamaged. */
#ifndef HARDSTOP_JUDGE_ORACLE_H
#define HARDSTOP_JUDGE_ORACLE_H

#include "harness/judge/judgement.h"

/* The verdict on an answer, beside what the same loader answered to the undamaged stream. */
enum verdict oracle_verdict(const struct loader_answer *actual, const struct loader_answer *reference);

/* What a loader answered to an undamaged stream. */
struct reference {
    bool is_there;
    uint64_t hash; /* of the stream */
    struct record record;
};

struct oracle {
    struct loader *loader;
    uint32_t timeout_ms, most_reads; /* of a load, as in struct loader_input */
    bool hasty; /* leave `garbage` empty: for campaigns, which name the fields of new findings alone */
    bool repeat; /* load twice, to see whether the verdict is stable */
    /*
     * Load fast first: for campaigns.  What that does not settle is loaded as ever, and so is one in 256 of what it
     * does, which fails where the two differ.  Not with `repeat`.
     */
    bool fast;
    struct reference reference, fast_reference;
    struct reference fresh; /* of no stream, used as the case asks; the hash is that of what it asks */
    struct reference retried; /* the same for the undamaged stream after one of which nothing is read */
    const struct builder *plain; /* the undamaged stream of the case at hand */
    unsigned long loads; /* how many loads were asked for */
    struct oracle *beside; /* judges each case, too, with the same limit and haste; NULL: nobody does */
    Hardstop__Setup *setup; /* of `beside`: its loader's, in the place of the case's */
};

/*
 * Judges a case.  `judgement` is zeroed before first use, then reused; it borrows `test`.  0, or -1 with a reason
 * when the harness failed, the verdict then being UNKNOWN.
 */
int oracle_judge(struct oracle *oracle, const Hardstop__Case *test, struct judgement *judgement, struct hs_error *err);

void oracle_clear(struct oracle *oracle); /* does not close the loader */

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loads that a judgement is made of, those that many cases share only once. */
#ifndef HARDSTOP_JUDGE_LOADS_H
#define HARDSTOP_JUDGE_LOADS_H

#include "harness/judge/judgement.h"

/* What a loader answered to an undamaged stream. */
struct reference {
    bool is_there;
    uint64_t hash; /* of the stream */
    struct record record;
};

struct oracle {
    struct loader *loader;
    uint32_t timeout_ms, most_reads; /* of a load, as in struct loader_input */
    uint8_t chance; /* the same; while watched.c compares */
    /* For campaigns, which judge what is new once more: `garbage` stays empty, and only what differs is decoded. */
    bool hasty;
    bool repeat; /* load twice, to see whether the verdict is stable */
    /*
     * Load fast first: for campaigns.  What that does not settle is loaded as ever, and so is one in 256 of what it
     * does, which fails where the two differ.  Not with `repeat`.
     */
    bool fast;
    struct reference reference, fast_reference;
    struct reference fresh; /* of no stream, used as the case asks; the hash is that of what it asks */
    struct reference retried; /* the same for the undamaged stream after one of which nothing is read */
    struct ring_areas areas; /* of the case at hand */
    const struct builder *plain; /* the undamaged stream of the case at hand */
    unsigned long loads; /* how many loads were asked for */
    struct oracle *beside; /* judges each case, too, with the same limit and haste; NULL: nobody does */
    Hardstop__Setup *setup; /* of `beside`: its loader's, in the place of the case's */
};

/*
 * All of these: 0, or -1 with a reason.  One load of a case with these bytes; `cut`, `fast`: as in struct loader_input.
 */
int loads_run(struct oracle *oracle, const Hardstop__Case *test, const struct builder *bytes, bool cut, bool fast,
              struct record *record, struct hs_error *err);

/* Fills in the judgement's reference: the undamaged stream.  Beside a damaged one it is only loaded, and not used. */
int loads_reference(struct oracle *oracle, struct judgement *judgement, bool fast, struct hs_error *err);
/* Fills in oracle.fresh: the machine without the stream, used as the case asks; an end of file is all it loads. */
int loads_fresh(struct oracle *oracle, const Hardstop__Case *test, struct hs_error *err);
/* Fills in oracle.retried: the undamaged stream, after one that is refused at its first byte. */
int loads_retried(struct oracle *oracle, const struct judgement *judgement, struct hs_error *err);

/* Is it the loader's own answer, or the end of the little time that a fast load is given? */
bool loads_count(const struct oracle *oracle, const struct loader_answer *answer, bool fast);
/* An end by itself, or by what the loader asked for: not by the clock. */
bool loads_ended_badly(const struct loader_answer *answer);

#endif

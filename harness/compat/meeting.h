/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several QEMUs with one machine and device meet: each state of each goes to the others and back. */
#ifndef HARDSTOP_COMPAT_MEETING_H
#define HARDSTOP_COMPAT_MEETING_H

#include "case.pb-c.h"
#include "harness/setup/family.h"

enum { MEETING_SIDES = 16 };

/* What is sent. */
struct meeting_states {
    /* The machine as it starts is a state; without a family, its whole stream is another, which is only to be taken. */
    bool fresh;
    bool booted; /* so is what the firmware leaves, without a family */
    bool guest; /* so is what a small guest of ours leaves, where there is one for the family */
    bool canary; /* a state with a value of its own in each field is one, too, where there is a family */
    bool layout; /* nothing is: how the sides differ is told */
};

struct meeting {
    const char *transport, *device; /* for people and scripts */
    /* NULL: each device's sections are a state alone; else all that a table of ours describes are one. */
    const struct family *family;
    const char *names[MEETING_SIDES]; /* of the sides: "7.2.22" */
    Hardstop__Setup *setups[MEETING_SIDES];
    size_t n;
    bool sends[MEETING_SIDES][MEETING_SIDES]; /* from the first to the second */
    bool strict; /* that one side alone starts leaves something without a verdict */
    struct meeting_states states;
    /* With a family, states are searched for (search.h), so that all takes about so long; 0: they are not. */
    double search_seconds;
    unsigned long search_states; /* most states of one side for one other; 0: no limit */
    uint64_t search_seed;
    Hardstop__Case *seed; /* of a canary state, perhaps of another machine type; NULL: there is none */
    const char *folder; /* gets the case of each break, see finding_save(); NULL: none is kept */
};

#endif

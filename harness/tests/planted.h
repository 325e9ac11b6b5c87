/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loaders with one planted defect each, and a stream for them: what the properties must find, and the suite is for. */
#ifndef HARDSTOP_TESTS_PLANTED_H
#define HARDSTOP_TESTS_PLANTED_H

#include "harness/case/case.h"
#include "harness/loader/loader.h"

enum defect {
    GOOD,
    ACCEPTS_ALL, /* and keeps the state it had */
    REJECTS_ALL,
    KEEPS_GARBAGE, /* accepts what is damaged, and a field is not what it was */
    KEEPS_ODD_GARBAGE, /* the same where the damage makes the sum of all bytes odd, or no longer odd */
    SAVES_GARBAGE, /* loads right and saves another value, with an empty description */
    CRASHES,
    EXITS,
    EATS_MEMORY,
    HANGS,
    IS_UNSTABLE,
    IGNORES_SHORT_READS, /* zeros for what is missing */
    IGNORES_WHAT_FOLLOWS,
    SKIPS_CHECKS, /* accepts a section whose content it does not know */
    DIES_IN_USE, /* of what it accepted, when queues are notified */
    HANGS_IN_USE,
    CANNOT_BE_USED, /* as DIES_IN_USE, and without a stream, too */
    REMEMBERS, /* a field, over a reset */
    LEAVES_MEMORY, /* of the host in a buffer of the guest's */
    LEAVES_MEMORY_ONCE, /* in its first loads alone: by chance */
    LEAVES_A_TRACE, /* of a rejected stream, in a field of the next one */
    DIES_AFTER_REJECTING, /* when it loads the next one */
    REJECTS_ALL_THEN, /* rejects whatever comes after a rejected one */
    IS_GOOD_IN_FORKS, /* and accepts all when it loads fast */
};

struct planted {
    struct loader loader;
    enum defect defect;
    struct builder state; /* what the undamaged stream gives */
    struct builder saved, used, written;
    unsigned long loads, chances; /* chances: of these, with another value of what no stream decides */
    const char *name; /* NULL: "" */
};

/* What REJECTS_ALL says: any byte can come from a damaged stream. */
#define PLANTED_WORDS "\x1b[31mcaf\xc3\xa9 \"quoted\\\"\x01\xff\nmore\n"
#define PLANTED_SECTION "/fe.0.0005/virtio\n\x1brng"

/* Plants a defect; `test` is the case whose undamaged stream every loader but REJECTS_ALL takes as it is. */
void planted_init(struct planted *planted, enum defect defect, const Hardstop__Case *test);
void planted_clear(struct planted *planted);

/* A captured stream of one rng section with text of its damages. */
Hardstop__Case *planted_case(const char *damages);

#endif

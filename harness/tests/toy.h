/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A loader for sweeps: it takes one stream, refuses every other, and does what is planted at some damages.  It counts
 * its loads where all processes see them.
 */
#ifndef HARDSTOP_TESTS_TOY_H
#define HARDSTOP_TESTS_TOY_H

#include "harness/audit/sweep/sweep.h"

enum toy_act {
    TOY_EQUAL, /* accepts, and saves as if undamaged */
    TOY_GARBAGE, /* accepts, and virtio.status is not what it was */
    TOY_SKIPS, /* accepts, and loads nothing */
    TOY_LONGER, /* accepts, and saves a section twice */
    TOY_FAULTS, /* answers that it crashed */
    TOY_FAULTS_FAST, /* the same, of fast loads alone */
    TOY_ABORTS, /* takes the process with it */
    TOY_EXITS,
    TOY_SPINS, /* never returns */
    TOY_FAILS, /* no outcome */
    TOY_FAILS_PLAIN, /* the same, of loads that are not fast alone */
};

struct toy_deed {
    enum edit edit;
    const char *value;
    uint32_t offset;
    enum toy_act act;
};

/* What it says of every rejection, behind a first line: the name of one field, and of the section TOY_SECTION. */
#define TOY_SAYS                                                   \
    "qemu-system-toy: Failed to load a second line:status\n\n"      \
    "qemu-system-toy: error while loading state for instance 0x0 " \
    "of device '/fe.0.0005/virtio-rng'\n"

#define TOY_STREAMS 20000

/* What all processes see. */
struct toy_counts {
    _Atomic uint32_t opened, references, fresh, fast, plain;
    _Atomic uint32_t fast_ms, plain_ms, first_ms; /* time limits of loads: fast, not fast, undamaged; the last */
    _Atomic uint32_t of[TOY_STREAMS]; /* fast loads of each damaged stream that toy_know() was told of */
};

struct toy {
    Hardstop__Case *test;
    size_t section;
    struct builder good, nothing; /* the stream undamaged, and the state when nothing is loaded */
    const struct toy_deed *deeds;
    size_t n_deeds;
    struct builder *streams; /* of the deeds */
    uint64_t *known; /* hashes of damaged streams, sorted */
    size_t n_known;
    struct toy_counts *counts;
    unsigned pause_us; /* of each load */
    bool lies; /* fast loads take everything */
    bool garbles; /* everything is taken, and garbage of loads that are not fast */
    bool dies; /* at once */
    bool dies_when_fresh; /* a stream without sections takes the process with it */
    bool refuses; /* everything */
    bool is_shut; /* cannot be opened */
};

/* A case of an rng section, index TOY_SECTION, with a small one on either side. */
#define TOY_SECTION 1
Hardstop__Case *toy_case(void);

/* The bytes of a case with the damage of a cell, as edit_damage() makes it. */
void toy_damage(const Hardstop__Case *test, size_t section, enum edit edit, const char *value, uint32_t offset,
                struct builder *out);

void toy_init(struct toy *toy, size_t section, const struct toy_deed *deeds, size_t n_deeds);
void toy_clear(struct toy *toy);
/* Counts loads of these streams apart. */
void toy_know(struct toy *toy, const struct builder *streams, size_t n);
/* A sweep_open_fn; `user` is the toy. */
struct loader *toy_open(void *user, struct hs_error *err);

/* What an audit says, as text; free it. */
char *toy_dump(const struct audit *audit);

#endif

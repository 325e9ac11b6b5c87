/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of a case: verdict, answers, differences. */
#ifndef HARDSTOP_JUDGE_JUDGEMENT_H
#define HARDSTOP_JUDGE_JUDGEMENT_H

#include "harness/case/damage.h"
#include "harness/judge/record.h"
#include "harness/judge/state.h"

enum verdict {
    VERDICT_UNKNOWN, /* our own harness failed; never counted as a rejection */
    VERDICT_REJECTED,
    VERDICT_EQUAL, /* accepted, and the state saved again equals what the undamaged stream gives */
    VERDICT_GARBAGE, /* accepted, and it does not */
    VERDICT_CRASHED,
    VERDICT_HUNG,
    VERDICT_COUNT,
};

/* "rejected" ... */
const char *verdict_name(enum verdict verdict);
/* The verdict of that name, or VERDICT_COUNT. */
enum verdict verdict_of_name(const char *name);

/* The worse, the higher: rejected, equal, garbage, hung, crashed; 0 of unknown. */
int verdict_severity(enum verdict verdict);

/* Host memory that left a machine in use. */
struct watched_leak {
    size_t n; /* bytes; 0: nothing did */
    char kind[28]; /* the first one's: as in struct loader_written */
    uint64_t at;
    char device[64]; /* in whose ring a descriptor names the place; "": not known */
};

struct judgement {
    const Hardstop__Case *test;
    struct stream_encoding plain; /* the stream undamaged */
    struct builder damaged; /* what was loaded */
    struct damage_effect effect;
    bool is_damaged; /* the damages changed a byte */
    bool is_captured; /* the stream is as a real QEMU sent it; one that was given may not be (Case.given) */
    bool is_sound; /* undamaged it is accepted, and every section is read as given: a stream worth damaging */
    struct record reference; /* of the undamaged stream */
    struct record actual; /* of the damaged one; the reference itself where nothing is damaged */
    /* What names the sections' fields, JSON of a vmdesc: the stream's own, or that of the reference; NULL: nothing. */
    const ProtobufCBinaryData *description;
    ProtobufCBinaryData of_reference;
    enum verdict verdict;
    bool was_repeated; /* the damaged stream was loaded a second time, */
    bool is_stable; /* and gave the same again */
    bool has_resave; /* `resave` holds what was given beside what was saved */
    struct state_comparison garbage; /* reference state beside actual state; empty where not GARBAGE, or in haste */
    struct state_comparison resave;
    size_t saved_at[8]; /* where in a saved state the names of the first sections were found last: looked at first */
    bool is_unusable; /* a machine without the stream, used in the same way, does not survive it either */
    bool was_reset; /* after the load, and so was a machine without one */
    bool was_retried; /* after a rejected load the undamaged stream was loaded; and so it was after a load of nothing */
    struct state_comparison left; /* the state of that one beside that of this; empty where neither was done */
    bool was_watched; /* and in `leak` is what left it */
    struct watched_leak leak;
    char loader[64]; /* what loaded: "QEMU 7.2.22", or "" */
    struct judgement *beside; /* of the same case by another loader; NULL: there is none */
    Hardstop__Case elsewhere; /* the case as that one has it, with the other loader's setup; all of it borrowed */
};

/* Gives back what it holds, and zeroes it. */
void judgement_clear(struct judgement *judgement);
/* Leaves it without what another loader said. */
void judgement_drop_beside(struct judgement *judgement);

#endif

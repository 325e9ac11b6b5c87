/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judging: what a loader did with a case, beside what it does with the same case undamaged. */
#ifndef HARDSTOP_JUDGE_ORACLE_H
#define HARDSTOP_JUDGE_ORACLE_H

#include "harness/case/damage.h"
#include "harness/loader/loader.h"
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
/* The verdict on an answer, beside what the same loader answered to the undamaged stream. */
enum verdict oracle_verdict(const struct loader_answer *actual, const struct loader_answer *reference);

/* One load and what it answered, kept. */
struct record {
    struct loader_answer answer; /* its pointers lead to the copies below */
    struct builder text, printed, section, loaded, saved;
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
    char loader[64]; /* what loaded: "QEMU 7.2.22", or "" */
    struct judgement *beside; /* of the same case by another loader; NULL: there is none */
    Hardstop__Case elsewhere; /* the case as that one has it, with the other loader's setup; all of it borrowed */
};

struct oracle {
    struct loader *loader;
    uint32_t timeout_ms; /* of a load; 0: LOADER_TIMEOUT_MS */
    bool hasty; /* leave `garbage` empty: for campaigns, which name the fields of new findings alone */
    bool repeat; /* load twice, to see whether the verdict is stable */
    uint64_t cached; /* hash of the undamaged stream that `reference` belongs to */
    bool has_cached;
    struct record reference;
    unsigned long loads; /* how many loads were asked for */
    struct oracle *beside; /* judges each case, too, with the same limit and haste; NULL: nobody does */
    Hardstop__Setup *setup; /* of `beside`: its loader's, in the place of the case's */
};

/*
 * What of an accepted case's bytes, up to an end-of-file mark, is not in a state that was saved after it; without the
 * length of the bytes changed.  False where there is no state, or our decoder does not know these bytes for sections:
 * that says nothing of the loader.
 */
bool oracle_compare_given(const struct judgement *judgement, const uint8_t *saved, size_t size,
                          struct state_comparison *comparison);

/*
 * Judges a case.  `judgement` is zeroed before first use, then reused; it borrows `test`.  0, or -1 with a reason
 * when the harness failed, the verdict then being UNKNOWN.
 */
int oracle_judge(struct oracle *oracle, const Hardstop__Case *test, struct judgement *judgement, struct hs_error *err);

void judgement_clear(struct judgement *judgement);
void oracle_clear(struct oracle *oracle); /* does not close the loader */

#endif

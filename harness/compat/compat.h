/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two setups that meet: a state of the one is loaded by the other, saved again, and sent back.  What is not kept is
 * told field by field.  What the first QEMU does not keep of its own state either, and what is made anew by design
 * (judge/recomputed.h), is no difference.
 */
#ifndef HARDSTOP_COMPAT_COMPAT_H
#define HARDSTOP_COMPAT_COMPAT_H

#include "harness/compat/side.h"
#include "harness/finding/finding.h"

enum compat_verdict {
    COMPAT_UNKNOWN, /* could not be judged: see `words` */
    COMPAT_LEFT_OUT, /* is nothing to be sent alone: see `words` */
    COMPAT_EQUAL, /* accepted, and what was given is saved again */
    COMPAT_DIFFERS, /* accepted, and not all of it is */
    COMPAT_REFUSED,
    COMPAT_HUNG,
    COMPAT_CRASHED,
    COMPAT_VERDICTS,
};

/* "equal" ... */
const char *compat_verdict_name(enum compat_verdict verdict);

enum compat_change {
    COMPAT_LOST, /* what is saved again has no such field, though this QEMU read it as one */
    COMPAT_DEFAULTED, /* it has the value of a fresh machine */
    COMPAT_CHANGED, /* it has another value */
    COMPAT_GONE, /* this QEMU has no such field any more: no promise is about it */
    COMPAT_BY_DESIGN, /* it is made anew: see `reason` */
    COMPAT_NEW, /* a field that was not given: no difference of what was */
    COMPAT_CHANGES,
};

/* "lost" ... */
const char *compat_change_name(enum compat_change change);

struct compat_difference {
    enum compat_change change;
    char device[64]; /* of the section, without its path */
    char path[256]; /* of the field */
    char given[64], kept[64]; /* values; "" where there is none */
    const char *reason; /* COMPAT_BY_DESIGN, else NULL */
};

#define COMPAT_DIFFERENCES 32

/* One way: a state was loaded. */
struct compat_leg {
    enum compat_verdict verdict;
    char section[256]; /* REFUSED, HUNG, CRASHED: where that was */
    char words[512]; /* the loader's, in one line; UNKNOWN: the reason */
    struct compat_difference differences[COMPAT_DIFFERENCES]; /* those of fields that were given first */
    size_t n_differences; /* that are listed */
    size_t n_given; /* how many fields that were given are not kept, listed or not; without those gone or by design */
};

struct compat_trip {
    struct compat_leg there, back; /* `back` is UNKNOWN unless `there` was accepted */
    struct finding finding; /* of `there`, where it is a break */
    Hardstop__Case *sent; /* as the other side was given it */
    Hardstop__Case *kept; /* as it saved that, and it was sent back; NULL: it was not */
};

void compat_trip_clear(struct compat_trip *trip);

/* Is the leg one that a promise of compatibility does not allow? */
bool compat_is_break(const struct compat_leg *leg);

/* A state of a side, which may be sent to several. */
struct compat_state {
    struct side *side;
    Hardstop__Case *test; /* the caller's */
    bool without_memory; /* of a guest that ran: what its own QEMU does not take without that is left out */
    bool only_taken; /* what is saved of it is not asked: a whole stream, whose devices are sent by themselves */
    bool has_own_design;
    struct state_comparison own_design; /* what the side itself makes anew by design, once it is asked for */
};

/*
 * Sends a state to another side, and back.  0, or -1 with a reason when the harness failed.  compat_trip_clear() is
 * needed in both cases.
 */
int compat_send(struct compat_state *state, struct side *to, struct compat_trip *trip, struct hs_error *err);

#endif

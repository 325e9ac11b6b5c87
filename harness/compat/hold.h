/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A meeting while it is held: its sides, what is known of them, and the results so far. */
#ifndef HARDSTOP_COMPAT_HOLD_H
#define HARDSTOP_COMPAT_HOLD_H

#include "harness/compat/meeting.h"
#include "harness/compat/result.h"

/* States of whole streams, with what is no section of a device; and of a guest that ran, without its memory. */
#define WHOLE "whole"
#define BOOTED_WHOLE "booted, whole"
#define BOOTED "booted"
/* States with a value of its own in each field. */
#define CANARY "canary"
#define SHARED_CANARY "canary, shared features"

struct hold {
    const struct meeting *meeting;
    struct side sides[MEETING_SIDES];
    struct hs_error why[MEETING_SIDES]; /* it is not open */
    json_t *properties[MEETING_SIDES]; /* of each side's devices; NULL: not asked yet */
    bool has_asked; /* for what each offers */
    uint64_t offered[MEETING_SIDES]; /* features of the meeting's device, once asked for; all, where it does not say */
    bool has_made; /* canary states, as a side does not take the seed */
    Hardstop__Case *made[MEETING_SIDES]; /* by each side; NULL: by none, or not yet */
    struct hs_error unmade[MEETING_SIDES]; /* why there is none */
    Hardstop__Case *shared; /* one of them, with the features that all offer, which all take; NULL: there is none */
    json_t *results;
    double begun; /* when, by time_now() */
};

bool hold_is_open(const struct hold *hold, size_t i);

/* A state of that side, sent to that one. */
struct result_of hold_result(const struct meeting *meeting, const char *device, const char *state, size_t from,
                             size_t to);
/* Of the side's devices, see inventory_properties(); none where it does not say. */
const json_t *hold_properties(struct hold *hold, size_t i);
/* Adds to a result why it may be. */
void hold_explain(struct hold *hold, json_t *json, size_t one, size_t other, const struct compat_trip *trip);

/* Adds a result of the meeting's device that has no verdict of a QEMU: to one side, or to all. */
void hold_leave_out(struct hold *hold, size_t from, size_t to, const char *state, const char *verdict,
                    const struct hs_error *why);
void hold_leave_out_all(struct hold *hold, size_t from, const char *state, const char *verdict,
                        const struct hs_error *why);

/*
 * A new canary state of the side, with all features that it offers: of the meeting's seed, or made.  The order of the
 * sides does not matter.  NULL with a reason.
 */
Hardstop__Case *hold_canary(struct hold *hold, size_t from, struct hs_error *err);
/* Does the side offer a feature that another does not?  Then what all offer is worth a state of its own. */
bool hold_offers_more(struct hold *hold, size_t from);
/* That canary state with those features alone that all sides offer.  NULL with a reason. */
Hardstop__Case *hold_shared_canary(struct hold *hold, size_t from, const Hardstop__Case *canary, struct hs_error *err);
void hold_clear_canaries(struct hold *hold);
/* Is there a small guest of ours for the device, as the first one of the machine? */
bool hold_has_guest(const struct meeting *meeting);

#endif

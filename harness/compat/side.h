/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One of two setups that meet: its QEMU, and the states that it gives. */
#ifndef HARDSTOP_COMPAT_SIDE_H
#define HARDSTOP_COMPAT_SIDE_H

#include "harness/compat/judged.h"
#include "harness/wire/map.h"

struct side {
    Hardstop__Setup *setup;
    struct oracle oracle; /* its loader serves the setup */
    struct judged judged; /* by the oracle */
    Hardstop__Case *fresh; /* what it saves before any load; NULL: not asked yet */
    struct map layout; /* of `fresh` */
};

/* Opens the loader of a setup, which is copied.  0, or -1 with a reason; side_close() is needed in both cases. */
int side_open(struct side *side, const Hardstop__Setup *setup, struct hs_error *err);
void side_close(struct side *side);

/*
 * The device sections of the machine as it starts, as a case of the side's setup with what names their fields; the
 * side's own, until it is closed.  NULL with a reason.
 */
const Hardstop__Case *side_fresh(struct side *side, struct hs_error *err);

/* What the side makes of a case, see judged_case(). */
const struct judgement *side_judge(struct side *side, const Hardstop__Case *test, struct hs_error *err);

/* Has the section of that idstr such a field in a fresh state?  Only after side_fresh(). */
bool side_has(const struct side *side, const char *idstr, const char *path);

/* A new case of the sections of a fresh state whose idstr ends in `device`.  NULL with a reason. */
Hardstop__Case *side_device(struct side *side, const char *device, struct hs_error *err);
/* The same of those that a table describes; where none fits that of `device`, it alone. */
Hardstop__Case *side_described(struct side *side, const char *device, struct hs_error *err);

/* A new case of the whole stream that the machine sends as it starts, with guest RAM.  NULL with a reason. */
Hardstop__Case *side_whole(const struct side *side, struct hs_error *err);

/*
 * What the machine sends once its firmware has found nothing to start, as two new cases: its devices, and the whole
 * stream with guest RAM.  0, or -1 with a reason: of s390x's own machine, pc and q35 alone is it known how to let the
 * firmware stop then.
 */
int side_booted(const struct side *side, Hardstop__Case **devices, Hardstop__Case **whole, struct hs_error *err);

/*
 * A new case of the described sections as a small guest of ours left them, which brings the first device into use, with
 * what it had in the rings.  NULL with a reason: there is no such guest for the device, or it gave up.
 */
Hardstop__Case *side_guest(const struct side *side, struct hs_error *err);

/* A new case: the state of any side, marked as captured, for this side's setup. */
Hardstop__Case *side_case(const struct side *side, const Hardstop__Case *state);

/*
 * A new case with what the side saves after it has loaded the seed, in which each field may hold a value of its own:
 * a state that this QEMU has by its own account.  NULL with a reason, which may be that it refuses the seed.
 */
Hardstop__Case *side_canary(struct side *side, const Hardstop__Case *seed, struct hs_error *err);

#endif

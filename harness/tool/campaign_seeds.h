/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seeds: what a campaign begins with. */
#ifndef HARDSTOP_TOOL_CAMPAIGN_SEEDS_H
#define HARDSTOP_TOOL_CAMPAIGN_SEEDS_H

#include <stdbool.h>

#include "harness/base/error.h"

/* Captures a stream of each of the target's setups, in both framings, into the folder `to`.  0, or -1 with a reason. */
int seeds_capture(const char *to, const char *target, struct hs_error *err);

/*
 * Packs into the folder `to` the cases in and below the folder `from` that are of the target, whichever form they
 * have.  Their names there are those below `from`, behind `under`; `uses`: their guest memory is read as rings.  0, or
 * -1 with a reason: a file there that is no case is one.
 */
int seeds_copy(const char *to, const char *target, const char *from, const char *under, bool uses,
               struct hs_error *err);

#endif

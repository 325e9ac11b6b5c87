/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Canary states of devices whose fields only the stream's own description names.  Nothing is known of a field but its
 * size and sometimes its type, so the loader is asked: whatever value it takes and saves again as given is a legal one.
 */
#ifndef HARDSTOP_CANARY_CANARY_DESCRIBED_H
#define HARDSTOP_CANARY_CANARY_DESCRIBED_H

#include "harness/canary/canary.h"

/*
 * Makes a canary of a device's sections as captured, with the description of their fields (case_keep_devices()), by
 * loading it again and again.  Subsections that the device begins to save on the way are taken in.  `canary` counts
 * what it holds, and says of the other places what became of the last value tried there.  The same capture and the
 * same loader give the same canary.  0, or -1 with a reason: `test` then is not one.
 */
int canary_make_described(struct loader *loader, Hardstop__Case *test, struct canary *canary, struct hs_error *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has QEMU count the edges of its code in memory of the supervisor's: see harness/loader/counters.h. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_COUNTERS_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_COUNTERS_H

#include "harness/loader/qemu/protocol.h"

/* Begins, at 0; nothing if QEMU has no counters, or the supervisor does not ask for them. */
void counters_share(struct protocol_shared *shared);
/*
 * The pages at either end hold other data of QEMU's as well, and stay its own: hands over what was counted in them.
 * After a load, or in a handler of signals, at its end.
 */
void counters_hand_over(void);

#endif

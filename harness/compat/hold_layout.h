/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the sides of a meeting differ before anything is sent. */
#ifndef HARDSTOP_COMPAT_HOLD_LAYOUT_H
#define HARDSTOP_COMPAT_HOLD_LAYOUT_H

#include "harness/compat/hold.h"

/*
 * Adds a result with the verdict "noted" for each pair of open sides: layout and properties of the meeting's device;
 * and, where the machine's own devices meet, one more for each type of device that -dump-vmstate describes otherwise.
 */
void hold_layout(struct hold *hold);

#endif

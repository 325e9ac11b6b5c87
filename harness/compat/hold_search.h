/* SPDX-License-Identifier: GPL-2.0-or-later */
/* States that are searched for as a meeting is held. */
#ifndef HARDSTOP_COMPAT_HOLD_SEARCH_H
#define HARDSTOP_COMPAT_HOLD_SEARCH_H

#include "harness/compat/hold.h"

/* Searches for states of a side that others do not take or keep, in the meeting's time (search.h). */
void hold_search(struct hold *hold, size_t from);

#endif

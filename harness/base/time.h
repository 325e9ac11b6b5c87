/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock, for time limits, progress and durations; never for what is decided, or printed as what was found. */
#ifndef HARDSTOP_BASE_TIME_H
#define HARDSTOP_BASE_TIME_H

/* Seconds of a clock that only goes forward. */
double time_now(void);

#endif

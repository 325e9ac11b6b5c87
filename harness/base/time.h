/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock, for time limits and progress; never for what is decided or printed as a result. */
#ifndef HARDSTOP_BASE_TIME_H
#define HARDSTOP_BASE_TIME_H

/* Seconds of a clock that only goes forward. */
double time_now(void);

#endif

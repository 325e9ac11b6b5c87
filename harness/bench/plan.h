/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many seeded trials of each mode of search.h a bench runs, and how it is told on a command line. */
#ifndef HARDSTOP_BENCH_PLAN_H
#define HARDSTOP_BENCH_PLAN_H

#include <argp.h>

#define PLAN_TRIALS 100 /* at most */

struct plan {
    unsigned long trials, loads, jobs, seed; /* loads in each trial; the seed of the first */
};

/* The rows of a bench's options; `loads` is its default, as a string. */
#define PLAN_OPTIONS(loads)                                                                       \
    { "trials", 't', "N", 0, "of each mode (default 10)", 0 },                                    \
    { "loads", 'l', "N", 0, "in each trial (default " loads ")", 0 },                             \
    { "jobs", 'j', "N", 0, "trials at once (default: one for each core)", 0 },                    \
    { "seed", 's', "N", 0, "of the first trial's random numbers (default 1)", 0 }

/* A number of an option's value, from 1 to `max`. */
unsigned long plan_number(const char *text, unsigned long max, struct argp_state *state);

/* Takes these; ARGP_ERR_UNKNOWN for any other. */
error_t plan_parse(struct plan *plan, int key, char *value, struct argp_state *state);

#endif

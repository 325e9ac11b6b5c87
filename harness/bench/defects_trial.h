/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A trial of bench_defects: what it is asked, and where it leaves its result. */
#ifndef HARDSTOP_BENCH_DEFECTS_TRIAL_H
#define HARDSTOP_BENCH_DEFECTS_TRIAL_H

#include "harness/bench/defects.h"

/* Who makes the inputs: libFuzzer's loop in each of search.h's modes, or AFL++, of bytes. */
enum { TRIAL_AFL = SEARCH_MODES, TRIAL_MODES };
extern const char *const defects_trial_modes[TRIAL_MODES];

struct defects_trial {
    const struct defects *defects;
    const struct bench_seeds *seeds;
    size_t mode;
    unsigned long loads;
    uint64_t seed;
    const char *folder; /* for its files; it is there, and the caller's */
    const char *path; /* of its result: see defects_result_write() */
};

/* In libFuzzer's loop (engine.h). */
void defects_trial_search(const struct defects_trial *trial);

/*
 * By afl-fuzz, whose target is `program`, bench_defects_afl: an input is the number of a seed in its first byte, and
 * bytes made of that seed's.  `transport` and `table` are what the defects and the seeds of the folder were read of.
 */
void defects_trial_afl(const struct defects_trial *trial, const char *program, const char *transport,
                       const char *seeds, const char *table);
/* The environment that tells the target of its trial: transport, folder of seeds, table, loads, where the JSON goes. */
#define TRIAL_TRANSPORT_ENV "HARDSTOP_BENCH_TRANSPORT"
#define TRIAL_SEEDS_ENV     "HARDSTOP_BENCH_SEEDS"
#define TRIAL_TABLE_ENV     "HARDSTOP_BENCH_TABLE"
#define TRIAL_LOADS_ENV     "HARDSTOP_BENCH_LOADS"
#define TRIAL_PATH_ENV      "HARDSTOP_BENCH_PATH"

#endif

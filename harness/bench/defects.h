/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many loads a search takes to a defect, in a QEMU of ci/qemu --source --patch defects.
 *
 * The search runs with no check taken away, so that one search serves all defects and none can mask another.  A marker
 * says that an input came to where a check refuses.  Then the same case is loaded by a QEMU with that check taken away:
 * what ends in another way, and is a finding, has the defect as its cause.  Such loads are not counted, and of inputs
 * that come to a check often only a sample is loaded so: a verdict may be noticed late.
 *   marker:  the first input that came to the check
 *   verdict: the first with a finding of which the defect is the cause, by all properties
 *   crash:   the first that crashes or hangs for it, which is all that a harness without properties would see
 */
#ifndef HARDSTOP_BENCH_DEFECTS_H
#define HARDSTOP_BENCH_DEFECTS_H

#include "harness/bench/search.h"

#define DEFECTS_MAX 128

enum defect_aim { DEFECT_MARKER, DEFECT_VERDICT, DEFECT_CRASH, DEFECT_AIMS };

/* A row of corpus/defects.tsv. */
struct defect {
    char name[64], what[64], device[64];
    bool at_use; /* a load alone does not show it */
};

struct defects {
    struct defect rows[DEFECTS_MAX];
    size_t n;
};

/* Reads the rows of a transport.  Ends the process where there is no such file, or a row is none. */
void defects_read(struct defects *defects, const char *path, const char *transport);

/* The loads that a trial took to each; 0: it did not come to that. */
struct defects_result {
    unsigned long loads; /* of the trial */
    unsigned long taken[DEFECTS_MAX][DEFECT_AIMS];
};

struct defects_watch {
    const struct defects *defects;
    struct defects_result *result;
    unsigned came[DEFECTS_MAX]; /* inputs that came to each check */
};

/* Has a search of these options fill in `result`; its QEMU then has all checks. */
void defects_watch(struct defects_watch *watch, const struct defects *defects, struct defects_result *result,
                   struct search_options *options);

/* Leaves the result as a file: {"loads": n, "defects": {NAME: [marker, verdict, crash] (null: not reached)}} */
void defects_result_write(const struct defects *defects, const struct defects_result *result, const char *path);
/* False where there is none, or of another trial: of other loads, or defects. */
bool defects_result_read(const struct defects *defects, const char *path, unsigned long loads,
                         struct defects_result *result);

#endif

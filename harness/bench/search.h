/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One search of a loader for findings, in either of two modes and with all else the same: seeds, corpus, oracle,
 * properties, and the number of loads.
 *
 * The loop is libFuzzer's: an input of the corpus, drawn evenly, is mutated up to five times, and judged after each.
 * One that shows the campaigns' feedback something new is kept, unless it hangs.
 *   structure: inputs are packed cases, mutated by target_mutate() as in campaigns: fields and damages.
 *   bytes:     inputs are the encoded device sections of the same seeds, mutated by the engine's byte mutator: what one
 *              has without a description of the format.
 *   coverage:  as structure; what also is feedback are edges of QEMU's own code (harness/loader/counters.h), counted
 *              in libFuzzer's eight steps.
 * An input of bytes is judged as its seed under the damages that make the one of the other: all properties apply to it,
 * where raw bytes would give most of them nothing to judge.  Each seed's undamaged answer is kept, so that these inputs
 * cost one load each; a case whose fields have changed costs one more for what it does undamaged, which counts, too.
 *
 * A finding is what finding_of() makes of a judgement; two are the same when their signatures are.
 * Unreached: rejected before the payload of any section was read.  The loader traces each header that it read whole,
 * so that is a rejection with no section traced, or in the stream's first section with QEMU's words for a name,
 * instance or version that it does not have.
 */
#ifndef HARDSTOP_BENCH_SEARCH_H
#define HARDSTOP_BENCH_SEARCH_H

#include "fuzzers/target.h"
#include "harness/bench/bench_seeds.h"

enum search_mode { SEARCH_STRUCTURE, SEARCH_BYTES, SEARCH_COVERAGE, SEARCH_MODES };
#define SEARCH_PAIR 2 /* modes that a bench compares: the first two, unless it says which */

extern const char *const search_mode_names[];

#define SEARCH_FINDINGS 1024

struct search_result {
    unsigned long loads, inputs, unreached, verdicts[VERDICT_COUNT]; /* the last three of inputs */
    size_t corpus; /* inputs kept */
    size_t edges; /* of QEMU's code that any load came by; 0 of a QEMU that does not count */
    size_t n_findings;
    uint64_t findings[SEARCH_FINDINGS]; /* distinct signatures, in the order found */
    unsigned long taken[SEARCH_FINDINGS]; /* the loads until then, of each */
};

/* Told of each input that was judged, after so many loads. */
typedef void search_watch_fn(void *user, const struct judgement *judgement, unsigned long loads);

struct search_options {
    enum search_mode mode;
    const struct bench_seeds *seeds;
    unsigned long loads;
    double seconds; /* not 0: so long, and not so many loads */
    uint64_t seed;
    target_bytes_fn *bytes; /* the engine's */
    const char *folder; /* gets the first case of each finding */
    search_watch_fn *watch; /* or NULL */
    void *user; /* for `watch` */
};

/* These end the process when the harness fails. */
void search_run(const struct search_options *options, struct search_result *result);

/* The same with inputs that an engine makes: each is judged, and target_feedback() tells the engine of it. */
struct search *search_open(const struct search_options *options, struct search_result *result);
/* `origin` is the index of the seed that the input is taken to be made of. */
void search_try(struct search *search, size_t origin, const uint8_t *data, size_t size);
void search_close(struct search *search);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the engine is told of a verdict: the real loader's answers stand where coverage does elsewhere. */
#ifndef HARDSTOP_FUZZERS_FEEDBACK_H
#define HARDSTOP_FUZZERS_FEEDBACK_H

#include "fuzzers/afl_map.h"
#include "harness/judge/oracle.h"

/* Bytes that the engine reads after each run as if they were coverage, and clears before it. */
#define TARGET_COUNTERS AFL_MAP_STATE_PLACES
/* libFuzzer's; AFL++ has as many places of its own map instead. */
extern uint8_t target_counters[TARGET_COUNTERS];

/*
 * Counts what came out, each beside the verdict and the section: the section alone, each of the loader's lines without
 * its numbers (these name the field where the load stopped), and the field where the first byte was damaged.
 */
void target_feedback(const struct judgement *judgement);

#endif

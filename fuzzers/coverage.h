/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Edges of QEMU's own code, where it counts them (harness/loader/counters.h), as coverage for the engine.  libFuzzer
 * looks at the very memory that QEMU counts in; AFL++'s map gets a copy.
 */
#ifndef HARDSTOP_FUZZERS_COVERAGE_H
#define HARDSTOP_FUZZERS_COVERAGE_H

#include "harness/loader/counters.h"

/* What QEMUs are to count in; the same at each call. */
struct loader_counters *coverage_counters(void);
/* Before a run: nothing is counted yet. */
void coverage_begin(void);
/* After it: hands over what was counted. */
void coverage_feedback(void);

#endif

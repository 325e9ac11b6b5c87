/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lays the memory that QEMU counts in over a section of this program that libFuzzer reads. */
#include "fuzzers/coverage.h"

#include <string.h>

#include "fuzzers/afl_map.h"
#include "harness/base/check.h"

enum { EDGES = 1 << 19 }; /* the load path of a QEMU with all our devices has some 60,000 */

/* libFuzzer reads this section as coverage, and clears it before each run. */
__attribute__((section("__libfuzzer_extra_counters"), aligned(4096))) static uint8_t edges[EDGES];

static struct loader_counters counters;

struct loader_counters *coverage_counters(void)
{
    struct hs_error err;

    if (!counters.bytes) {
        HS_CHECK(loader_counters_open(&counters, edges, sizeof(edges), &err) == 0, "%s", err.text);
    }
    return &counters;
}

void coverage_begin(void)
{
    if (counters.n && afl_map_is_there()) {
        memset(counters.bytes, 0, counters.first + counters.n);
    }
}

static void count_in_map(void *user, size_t at, uint8_t count)
{
    (void)user;
    afl_map_count(AFL_MAP_EDGES + at % AFL_MAP_EDGES_PLACES, count);
}

void coverage_feedback(void)
{
    if (afl_map_is_there()) {
        loader_counters_each(&counters, count_in_map, NULL);
    }
}

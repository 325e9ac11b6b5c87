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

void coverage_feedback(void)
{
    uint64_t word;

    if (!counters.n || !afl_map_is_there()) {
        return;
    }
    for (size_t at = 0; at < counters.first + counters.n; at += sizeof(word)) {
        memcpy(&word, counters.bytes + at, sizeof(word));
        for (size_t i = at; word; i++, word >>= 8) {
            if (word & 0xff) {
                afl_map_count(AFL_MAP_EDGES + i % AFL_MAP_EDGES_PLACES, (uint8_t)word);
            }
        }
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has AFL++'s runtime hand out places. */
#include "fuzzers/afl_map.h"

/* AFL++'s runtime, where it is linked: the first two are its alone, the third is known to other engines as well. */
__attribute__((weak)) void __afl_manual_init(void);
__attribute__((weak)) extern uint8_t *__afl_area_ptr;
__attribute__((weak)) void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);

/* It numbers them as it does edges of a program: no edge gets the same number. */
static uint32_t guards[AFL_MAP_PLACES];

bool afl_map_is_there(void)
{
    return __afl_manual_init;
}

static void reserve_places(void)
{
    if (afl_map_is_there()) {
        __sanitizer_cov_trace_pc_guard_init(guards, guards + AFL_MAP_PLACES);
    }
}

/* With the constructors of instrumented code, before the runtime sizes its map. */
__attribute__((section(".init_array.00002"), used)) static void (*const reserve_early)(void) = reserve_places;

void afl_map_count(size_t place, uint8_t count)
{
    if (guards[place]) {
        uint8_t *counter = &__afl_area_ptr[guards[place]];

        /* As its own instrumentation: what was reached never reads 0. */
        *counter = (uint8_t)(*counter + count) ? (uint8_t)(*counter + count) : 1;
    }
}

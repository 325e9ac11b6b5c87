/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places of our own in AFL++'s map, beside those of the program's edges. */
#ifndef HARDSTOP_FUZZERS_AFL_MAP_H
#define HARDSTOP_FUZZERS_AFL_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    AFL_MAP_STATE = 0, /* the first place of what feedback.c counts */
    AFL_MAP_STATE_PLACES = 16384,
    AFL_MAP_EDGES = AFL_MAP_STATE + AFL_MAP_STATE_PLACES, /* that of coverage.c */
    AFL_MAP_EDGES_PLACES = 65536,
    AFL_MAP_PLACES = AFL_MAP_EDGES + AFL_MAP_EDGES_PLACES,
};

/* Whether the program has AFL++'s runtime. */
bool afl_map_is_there(void);
/* Adds to the count of a place; nothing without AFL++. */
void afl_map_count(size_t place, uint8_t count);

#endif

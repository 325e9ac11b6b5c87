/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the case targets share: a case in, the real loader's verdict judged, findings kept, feedback given.  Settings
 * come from the environment, because the engine owns the command line:
 *   HARDSTOP_FINDINGS    folder for findings and status (default: findings)
 *   HARDSTOP_TIMEOUT_MS  time limit of a load in the campaign (default: 250; a hang is confirmed with 2000)
 */
#ifndef HARDSTOP_FUZZERS_TARGET_H
#define HARDSTOP_FUZZERS_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Judges any bytes: a packed case, or else device sections for the transport's standard setup. */
void target_run(const char *transport, const uint8_t *data, size_t size);

/* The engine's byte mutator, or NULL. */
typedef size_t target_bytes_fn(uint8_t *data, size_t size, size_t max_size);

/* Mutates a packed case in place, by one step; returns the new size. */
size_t target_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed, target_bytes_fn *bytes);
/* Puts a piece of the second case into the first; returns the size of what is in `out`. */
size_t target_cross(const uint8_t *data1, size_t size1, const uint8_t *data2, size_t size2, uint8_t *out,
                    size_t max_out_size, unsigned seed);

/* Where the feedback goes: bytes that the engine reads after each run as if they were coverage. */
#define TARGET_COUNTERS 4096
extern uint8_t target_counters[TARGET_COUNTERS];

#endif

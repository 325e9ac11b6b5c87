/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mutator of the case targets, for any engine.  Any bytes are taken: of what is no packed case, bytes are changed.
 * What comes out is decided by input and seed alone.
 */
#ifndef HARDSTOP_FUZZERS_TARGET_MUTATE_H
#define HARDSTOP_FUZZERS_TARGET_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* The engine's byte mutator, or NULL. */
typedef size_t target_bytes_fn(uint8_t *data, size_t size, size_t max_size);

/* Mutates a packed case in place, by one step; returns the new size. */
size_t target_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed, target_bytes_fn *bytes);
/* The same, with the step in words: "delete 2 bytes at section[1] payload+7"; "" where the engine made it. */
size_t target_mutate_described(uint8_t *data, size_t size, size_t max_size, unsigned seed, target_bytes_fn *bytes,
                               char *description, size_t description_size);
/* Puts a piece of the second case into the first; returns the size of what is in `out`, 0 when nothing fits. */
size_t target_cross(const uint8_t *data1, size_t size1, const uint8_t *data2, size_t size2, uint8_t *out,
                    size_t max_out_size, unsigned seed);

/* Gives back the memory that is kept from call to call. */
void target_mutate_clear(void);

#endif

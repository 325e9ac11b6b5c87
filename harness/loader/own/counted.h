/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this program counts of its own code for libFuzzer (-fsanitize=fuzzer): edges that are come by in a fork are to
 * be known here.
 */
#ifndef HARDSTOP_LOADER_OWN_COUNTED_H
#define HARDSTOP_LOADER_OWN_COUNTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of all counters; 0: nothing is counted. */
size_t counted_size(void);
/* From the counters to `place`, and from there back, counted_size() bytes. */
void counted_keep(uint8_t *place);
void counted_put_back(const uint8_t *place);
/* Before main(), while signals are still caught by nobody but a sanitizer. */
void counted_begin(void);
/* In a fork, which is to die like a program that no engine drives: signals are caught as they were before main(). */
void counted_leave_engine(void);
/* Is AddressSanitizer in this program? */
bool counted_is_sanitized(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last case that the mutator made, still unpacked: engines mutate their own last result several times in a row, and
 * unpacking a large case takes longer than a step on it.
 */
#ifndef HARDSTOP_FUZZERS_TARGET_LAST_H
#define HARDSTOP_FUZZERS_TARGET_LAST_H

#include <stddef.h>
#include <stdint.h>

#include "case.pb-c.h"

/* The case in the bytes, as good as unpacked from them, or NULL when there is none; case_free() it or keep it. */
Hardstop__Case *target_last_take(const uint8_t *data, size_t size);
/* Takes the case over, which packs to these bytes. */
void target_last_keep(Hardstop__Case *test, const uint8_t *data, size_t size);
/* Forgets it. */
void target_last_clear(void);

#endif

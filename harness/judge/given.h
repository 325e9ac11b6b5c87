/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was given, beside what was saved. */
#ifndef HARDSTOP_JUDGE_GIVEN_H
#define HARDSTOP_JUDGE_GIVEN_H

#include "harness/judge/judgement.h"

/*
 * Are the payloads of the stream's sections in the saved state as they are in `given`, byte for byte?  That is the
 * undamaged stream, or one of the same length.  Answers the usual case without decoding anything.
 */
bool given_is_saved(const struct judgement *judgement, const struct builder *given, const struct builder *saved);

/*
 * What of an accepted case's bytes, up to an end-of-file mark, is not in a state that was saved after it; without the
 * length of the bytes changed.  False where there is no state, or our decoder does not know these bytes for sections:
 * that says nothing of the loader.
 */
bool given_compare(const struct judgement *judgement, const uint8_t *saved, size_t size,
                   struct state_comparison *comparison);

#endif

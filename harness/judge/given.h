/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was given, beside what was saved. */
#ifndef HARDSTOP_JUDGE_GIVEN_H
#define HARDSTOP_JUDGE_GIVEN_H

#include "harness/judge/judgement.h"

/*
 * Are the payloads of the stream's sections in the saved state as they are in `given`, byte for byte?  That is the
 * undamaged stream, or one of the same length.  Answers the usual case without decoding anything.
 */
bool given_is_saved(struct judgement *judgement, const struct builder *given, const struct builder *saved);

/*
 * What of an accepted case's bytes, up to an end-of-file mark, is not in a state that was saved after it; without the
 * length of the bytes changed.  False where there is no state, or our decoder does not know these bytes for sections:
 * that says nothing of the loader.
 */
bool given_compare(const struct judgement *judgement, const uint8_t *saved, size_t size,
                   struct state_comparison *comparison);

/*
 * The same for the state that was saved of the case, found by the sections' names instead of decoding all of it: some
 * ten times as fast, and wrong where bytes in a payload look like a section, so what is new is to be compared by
 * given_compare().  False where a section is missing or given twice.
 */
bool given_compare_differing(struct judgement *judgement, struct state_comparison *comparison);

#endif

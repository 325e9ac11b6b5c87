/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reset leaves of what was loaded, or was to be. */
#ifndef HARDSTOP_JUDGE_RESET_H
#define HARDSTOP_JUDGE_RESET_H

#include "harness/judge/judgement.h"

/*
 * Compares the sections of the case's stream as `fresh`, a machine without the stream, saves them after its reset, with
 * those of the judgement's loader; of what is kept over a reset by design nothing is said.  False where one of the two
 * was not reset, or lacks a section.
 */
bool reset_compare(const struct judgement *judgement, const struct loader_answer *fresh,
                   struct state_comparison *left);
/* The same of two states, by any loader; NULL: there is none. */
bool reset_compare_states(const struct judgement *judgement, const uint8_t *fresh, size_t fresh_size,
                          const uint8_t *used, size_t used_size, struct state_comparison *left);

/* The same for two machines that loaded the undamaged stream, this one after a rejected load; also what only it has. */
bool retry_compare(const struct judgement *judgement, const struct loader_answer *fresh,
                   struct state_comparison *left);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a state that a damaged stream gave differs from that of the undamaged one, in words. */
#ifndef HARDSTOP_AUDIT_SWEEP_GARBAGE_H
#define HARDSTOP_AUDIT_SWEEP_GARBAGE_H

#include "harness/audit/sweep/words.h"

void sweep_garbage_say(struct sweep_words *words, const struct loader_answer *answer, char text[SWEEP_TEXT]);
void sweep_garbage_clear(struct sweep_words *words);

#endif

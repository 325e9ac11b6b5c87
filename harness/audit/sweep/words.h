/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said of an answer: one printable line, the same each time, and cheap where the answers are many.  Of a
 * rejection it is all that QEMU printed, its lines joined by NAMING_BREAK.
 */
#ifndef HARDSTOP_AUDIT_SWEEP_WORDS_H
#define HARDSTOP_AUDIT_SWEEP_WORDS_H

#include "harness/audit/sweep/garbage.h"

/* Says what an answer of that verdict is. */
void sweep_words_say(struct sweep_words *words, const struct loader_answer *answer, enum verdict verdict,
                     char text[SWEEP_TEXT]);
/* Forgets all but what is borrowed. */
void sweep_words_clear(struct sweep_words *words);

#endif

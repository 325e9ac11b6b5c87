/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The distinct answers of a sweep, numbered as they come: thousands of cells share one. */
#ifndef HARDSTOP_AUDIT_SWEEP_ANSWERS_H
#define HARDSTOP_AUDIT_SWEEP_ANSWERS_H

#include "harness/judge/oracle.h"

/* Longest text of an answer, with its end: of a rejection all lines, a dozen of a state that is deeply nested. */
#define SWEEP_TEXT 2048

struct sweep_answer {
    enum verdict verdict;
    const char *text;
};

struct sweep_answers {
    struct sweep_answer *list;
    uint32_t n;
    struct sweep_known *known; /* by verdict and text */
};

/* The number of an answer, which is added when it is new: it is then `n` - 1.  Longer texts are cut. */
uint32_t sweep_answers_put(struct sweep_answers *answers, enum verdict verdict, const char *text);
/* Zeroed before first use. */
void sweep_answers_clear(struct sweep_answers *answers);

#endif

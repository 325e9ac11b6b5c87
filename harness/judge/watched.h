/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does host memory leave a machine in use, for its guest or for what its devices are connected to? */
#ifndef HARDSTOP_JUDGE_WATCHED_H
#define HARDSTOP_JUDGE_WATCHED_H

#include "harness/judge/loads.h"

/*
 * Loads the case twice, where fresh memory of the host (of the heap, and of a stack) holds one value, and another one:
 * a byte that was written and holds the one, and then the other, is host memory that nobody has written to.  What is
 * found so counts when it is found once more.  Fills in judgement.was_watched and .leak.  0, or -1 with a reason.
 */
int watched_compare(struct oracle *oracle, struct judgement *judgement, struct hs_error *err);

/* What leaves in two such loads, `a` and `b` of watched_compare(): records of written.h, of which none is trusted. */
void watched_find(const struct loader_answer *a, const struct loader_answer *b, bool with_memory,
                  struct watched_leak *leak);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loads that a judgement is made of, those that many cases share only once.  All: 0, or -1 with a reason. */
#ifndef HARDSTOP_JUDGE_LOADS_H
#define HARDSTOP_JUDGE_LOADS_H

#include "harness/judge/oracle.h"

/* One load of a case with these bytes; `cut`, `fast`: as in struct loader_input. */
int loads_run(struct oracle *oracle, const Hardstop__Case *test, const struct builder *bytes, bool cut, bool fast,
              struct record *record, struct hs_error *err);

/* Fills in the judgement's reference: the undamaged stream.  Beside a damaged one it is only loaded, and not used. */
int loads_reference(struct oracle *oracle, struct judgement *judgement, bool fast, struct hs_error *err);
/* Fills in oracle.fresh: the machine without the stream, used as the case asks; an end of file is all it loads. */
int loads_fresh(struct oracle *oracle, const Hardstop__Case *test, struct hs_error *err);
/* Fills in oracle.retried: the undamaged stream, after one that is refused at its first byte. */
int loads_retried(struct oracle *oracle, const struct judgement *judgement, struct hs_error *err);

/* Is it the loader's own answer, or the end of the little time that a fast load is given? */
bool loads_count(const struct oracle *oracle, const struct loader_answer *answer, bool fast);
/* An end by itself, or by what the loader asked for: not by the clock. */
bool loads_ended_badly(const struct loader_answer *answer);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judging: what a loader did with a case, beside what it does with the same case undamaged. */
#ifndef HARDSTOP_JUDGE_ORACLE_H
#define HARDSTOP_JUDGE_ORACLE_H

#include "harness/judge/loads.h"

/* The verdict on an answer, beside what the same loader answered to the undamaged stream. */
enum verdict oracle_verdict(const struct loader_answer *actual, const struct loader_answer *reference);

/*
 * Judges a case.  `judgement` is zeroed before first use, then reused; it borrows `test`.  0, or -1 with a reason
 * when the harness failed, the verdict then being UNKNOWN.
 */
int oracle_judge(struct oracle *oracle, const Hardstop__Case *test, struct judgement *judgement, struct hs_error *err);

void oracle_clear(struct oracle *oracle); /* does not close the loader */

#endif

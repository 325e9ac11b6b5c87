/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rejections name of the place that was damaged: judged once for each answer and section, and for each field. */
#ifndef HARDSTOP_AUDIT_SWEEP_SAID_H
#define HARDSTOP_AUDIT_SWEEP_SAID_H

#include "harness/audit/audit.h"
#include "harness/audit/sweep/answers.h"
#include "harness/audit/sweep/plan.h"

struct sweep_said {
    const struct sweep_plan *plan; /* borrowed, as all here */
    const struct sweep_answers *answers;
    struct audit *audit; /* gets what is said */
    struct sweep_said_answer **memos; /* one for each answer, made when first needed */
};

void sweep_said_init(struct sweep_said *said, const struct sweep_plan *plan, const struct sweep_answers *answers,
                     struct audit *audit);
void sweep_said_clear(struct sweep_said *said);

/*
 * Fills in message and `said` of a run with this answer that begins at `run`'s edit, value and offset, and lowers its
 * count to the cells for which they are the same: those in one field.
 */
void sweep_said_judge(struct sweep_said *said, uint32_t answer, struct audit_run *run);

#endif

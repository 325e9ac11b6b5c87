/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether an audit fails, and by what: the decision that somebody's CI is stopped by. */
#ifndef HARDSTOP_AUDIT_GATE_H
#define HARDSTOP_AUDIT_GATE_H

#include "harness/audit/baseline.h"

/* 1u << enum verdict, or'ed: all but rejected and unknown. */
#define GATE_ALL (1u << VERDICT_EQUAL | 1u << VERDICT_GARBAGE | 1u << VERDICT_CRASHED | 1u << VERDICT_HUNG)

/* Reads "garbage,crashed,hung,equal", or some of them.  0, or -1 with a reason. */
int gate_parse(const char *text, unsigned *verdicts, struct hs_error *err);

struct gate_failure {
    enum edit edit;
    const char *value;
    uint32_t offset;
    uint32_t count; /* consecutive cells from the offset on; of a finding: its cells, wherever they are */
    enum verdict was; /* in the baseline; VERDICT_COUNT: not there, or no baseline */
    enum verdict verdict;
    const char *message;
    const struct audit_finding *finding; /* that fails as a whole, or NULL */
};

struct gate {
    struct gate_failure *failures; /* by edit, value and offset */
    size_t n;
    uint64_t cells; /* of all failures */
    uint64_t unknown; /* cells that nobody can judge */
};

/*
 * Collects into `gate` (zeroed), which borrows the audit, what fails by the verdicts of the set:
 *   truncate, insert, delete  each cell: such a damage must be rejected
 *   flip, range, section      each cell that crashed or hung; and each finding of what was accepted: that a changed
 *                             value is accepted is no failure by itself
 * With a baseline (or NULL), of these cells only those that are worse, and of these findings only the new ones.
 */
void gate_judge(const struct audit *audit, unsigned verdicts, const struct baseline *baseline, struct gate *gate);

/* The exit status: 1 when something fails, else 2 when there are unknown cells, else 0. */
int gate_status(const struct gate *gate);

void gate_clear(struct gate *gate);

#endif

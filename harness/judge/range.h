/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields that a damage gave a value outside their legal range, as the payload's table has it. */
#ifndef HARDSTOP_JUDGE_RANGE_H
#define HARDSTOP_JUDGE_RANGE_H

#include "harness/judge/oracle.h"

struct range_violation {
    char path[256]; /* of the field, below its section */
    uint64_t value, min, max;
};

/*
 * Looks at the field of the first byte that was overwritten, in a case that has no damage of another kind.  True when
 * its value was legal and is no more.
 */
bool range_find_violation(const struct judgement *judgement, struct range_violation *violation);

#endif

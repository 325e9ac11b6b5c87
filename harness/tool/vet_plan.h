/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which steps a vetting has. */
#ifndef HARDSTOP_TOOL_VET_PLAN_H
#define HARDSTOP_TOOL_VET_PLAN_H

#include "harness/tool/vetting.h"

/*
 * Lists the steps, with their commands.  Those that the budget does not hold, and all behind them, are left out: by the
 * seconds of vet_kinds, not by the clock, so that a busy machine does the same.  0, or -1 with a reason: also when the
 * minimum is among these.
 */
int vet_plan(struct vet *vet, struct hs_error *err);

#endif

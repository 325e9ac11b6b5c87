/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds the meetings of a plan, several at once. */
#ifndef HARDSTOP_TOOL_COMPAT_RUN_H
#define HARDSTOP_TOOL_COMPAT_RUN_H

#include <jansson.h>

#include "harness/tool/compat_plan.h"

/*
 * What meet() gives of each meeting, in the order of the plan, `jobs` at once.  After `seconds` (0: never) none
 * is begun any more: such a one is left out.  Free it with json_decref().
 */
json_t *compat_run(const struct compat_plan *plan, unsigned jobs, unsigned long seconds);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds the meetings of a plan, several at once. */
#ifndef HARDSTOP_TOOL_COMPAT_RUN_H
#define HARDSTOP_TOOL_COMPAT_RUN_H

#include <jansson.h>

#include "harness/tool/compat_plan.h"
#include "harness/tool/outputs.h"

/*
 * What meet() gives of each meeting, in the order of the plan, `jobs` at once.  After `seconds` (0: never) none
 * is begun any more: such a one is left out.  `times` (NULL: not wanted), an array, gets for each object the seconds
 * that it took, a meeting's shared out evenly.  Free it with json_decref().
 */
json_t *compat_run(const struct compat_plan *plan, unsigned jobs, unsigned long seconds, json_t *times);
/* What is told of meetings, and where. */
struct compat_told {
    const char *command; /* "hardstop compat" */
    const struct outputs *outputs;
    const json_t *results, *baseline; /* the latter may be NULL */
    json_t *times; /* of compat_run() */
    double seconds; /* that all took */
    bool all; /* see meetings_text() */
};

/* Prints words for people, and writes the outputs.  0, or -1 with a reason. */
int compat_tell(const struct compat_told *told, struct hs_error *err);

#endif

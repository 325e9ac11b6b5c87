/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the numbers of a plan. */
#include "harness/bench/plan.h"

#include <stdint.h>
#include <stdlib.h>

unsigned long plan_number(const char *text, unsigned long max, struct argp_state *state)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (!*text || *end || value < 1 || value > max) {
        argp_error(state, "\"%s\" is no number from 1 to %lu", text, max);
    }
    return value;
}

error_t plan_parse(struct plan *plan, int key, char *value, struct argp_state *state)
{
    switch (key) {
    case 't':
        plan->trials = plan_number(value, PLAN_TRIALS, state);
        return 0;
    case 'l':
        plan->loads = plan_number(value, 100000000, state);
        return 0;
    case 'j':
        plan->jobs = plan_number(value, 1024, state);
        return 0;
    case 's':
        plan->seed = plan_number(value, UINT32_MAX / 2, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

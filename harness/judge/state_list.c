/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Differences, found again. */
#include "harness/judge/state.h"

#include <stdlib.h>
#include <string.h>

static const struct state_difference *find_among(const struct state_difference *differences, size_t n,
                                                 const struct state_difference *wanted)
{
    for (size_t i = 0; i < n; i++) {
        const struct state_difference *other = &differences[i];

        if (other->what == wanted->what && strcmp(other->idstr, wanted->idstr) == 0 &&
            strcmp(other->path, wanted->path) == 0) {
            return other;
        }
    }
    return NULL;
}

const struct state_difference *state_find(const struct state_comparison *comparison,
                                          const struct state_difference *difference)
{
    size_t n = comparison->n < STATE_DIFFERENCES ? comparison->n : STATE_DIFFERENCES;

    return find_among(comparison->differences, n, difference);
}

const struct state_difference *state_list_find(const struct state_list *list, const struct state_difference *difference)
{
    return find_among(list->differences, list->n, difference);
}

void state_list_clear(struct state_list *list)
{
    free(list->differences);
    *list = (struct state_list){ 0 };
}

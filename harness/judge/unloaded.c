/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares the sections that two loads began. */
#include "harness/judge/unloaded.h"

#include <string.h>

#include "harness/base/alloc.h"

/* How many lines of `text` are the one of that length. */
static size_t count(const char *text, const char *line, size_t length)
{
    size_t n = 0;

    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        n += strcspn(text, "\n") == length && memcmp(text, line, length) == 0;
    }
    return n;
}

char *unloaded_sections(const struct judgement *judgement, size_t *n)
{
    const char *before = judgement->reference.answer.loaded, *now = judgement->actual.answer.loaded;
    char *out = hs_alloc(before ? strlen(before) + 1 : 1), *to = out;

    *n = 0;
    if (before && now && judgement->actual.answer.outcome == OUTCOME_ACCEPTED) {
        for (const char *line = before; *line; line += strcspn(line, "\n") + 1) {
            size_t length = strcspn(line, "\n");

            /* One that comes twice has to come twice: the last ones are missing. */
            if (count(before, line, length) - count(line, line, length) >= count(now, line, length)) {
                memcpy(to, line, length + 1);
                to += length + 1;
                ++*n;
            }
        }
    }
    *to = 0;
    return out;
}

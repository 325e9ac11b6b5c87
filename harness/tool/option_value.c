/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the text behind an option. */
#include "harness/tool/option_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/pokes.h"

/* False where it is none, or beyond its limits. */
static bool read_number(const char *text, unsigned long min, unsigned long max, unsigned long *value)
{
    char *end;

    errno = 0;
    *value = strtoul(text, &end, 0);
    return !errno && end != text && !*end && text[0] != '-' && *value >= min && *value <= max;
}

unsigned long tool_number(const char *text, unsigned long min, unsigned long max, struct argp_state *state,
                          const char *what)
{
    unsigned long value;

    if (!read_number(text, min, max, &value)) {
        argp_error(state, "%s takes a whole number from %lu to %lu, not \"%s\"", what, min, max, text);
    }
    return value;
}

unsigned long tool_seconds(const char *text, unsigned long max, struct argp_state *state, const char *what)
{
    static const struct {
        char letter;
        unsigned long seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 } };
    size_t length = strlen(text);
    unsigned long number, unit = 0;
    char *digits = hs_strdup(text);

    for (size_t i = 0; length && i < HS_COUNT(units); i++) {
        unit = text[length - 1] == units[i].letter ? units[i].seconds : unit;
    }
    digits[unit ? length - 1 : length] = '\0';
    unit = unit ? unit : 1;
    if (!read_number(digits, 1, max / unit, &number)) {
        argp_error(state, "%s takes a time from 1s to %luh, such as 90s, 10m or 1h, not \"%s\"", what, max / 3600,
                   text);
    }
    free(digits);
    return number * unit;
}

void tool_each_word(const char *list, struct argp_state *state,
                    void (*take)(const char *word, struct argp_state *state))
{
    char *copy = hs_strdup(list), *rest = copy, *word;

    while ((word = strsep(&rest, ","))) {
        take(word, state);
    }
    free(copy);
}

uint32_t tool_pokes(const char *list, struct argp_state *state)
{
    uint32_t set;

    if (!pokes_of_list(list ? list : "all", &set)) {
        argp_error(state, "--poke takes all, or some of %s, not \"%s\"", poke_names(), list);
    }
    return set;
}

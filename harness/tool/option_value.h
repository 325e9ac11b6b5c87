/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What options are given: numbers, times, lists.  What is none of it ends the command with a usage error. */
#ifndef HARDSTOP_TOOL_OPTION_VALUE_H
#define HARDSTOP_TOOL_OPTION_VALUE_H

#include <argp.h>
#include <stdint.h>

/* A whole number from `min` to `max` that fills the argument; otherwise ends the command with a usage error. */
unsigned long tool_number(const char *text, unsigned long min, unsigned long max, struct argp_state *state,
                          const char *what);

/* A time in seconds, from 1 to `max`: "90", "90s", "5m", "8h"; in the same way. */
unsigned long tool_seconds(const char *text, unsigned long max, struct argp_state *state, const char *what);

/* The set of enum poke that a list, or none, stands for; otherwise ends the command with a usage error. */
uint32_t tool_pokes(const char *list, struct argp_state *state);

/* Calls `take` for each word of a list with commas; it finds its options in state->input. */
void tool_each_word(const char *list, struct argp_state *state,
                    void (*take)(const char *word, struct argp_state *state));

#endif

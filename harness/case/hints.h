/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the mutator is told about a case's fields: the payload tables' widths and ranges, and what must stay. */
#ifndef HARDSTOP_CASE_HINTS_H
#define HARDSTOP_CASE_HINTS_H

#include "harness/message/hints.h"

/* Damages that the mutator leaves in a case: one with many tells less than one with a single damage. */
#define CASE_MOST_DAMAGES 3

extern const struct mutate_hints case_hints;
/* For trimming: the stream stays as well.  Trimmed to zeros it would still load, and no longer show what is shifted. */
extern const struct mutate_hints case_trim_hints;

#endif

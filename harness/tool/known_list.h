/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of known findings that comes with hardstop, or another one. */
#ifndef HARDSTOP_TOOL_KNOWN_LIST_H
#define HARDSTOP_TOOL_KNOWN_LIST_H

#include "harness/finding/known.h"
#include "harness/report/results.h"

/*
 * Reads the list at `given`; NULL: what comes with hardstop, and where that is not there, a line on standard error says
 * so, and no finding is known.  0, or -1 with a reason; known_clear() is needed in both cases.
 */
int known_list_read(const char *given, struct known *known, struct hs_error *err);

/* Adds a finding to the results: a test that fails, by its property and place, with its case, and a class. */
void known_list_add(const struct known *known, const struct finding *finding, const char *path,
                    struct results *results);

#endif

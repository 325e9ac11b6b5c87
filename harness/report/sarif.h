/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results as SARIF 2.1.0, as GitHub code scanning takes it: a run for each suite, in it the rules, and a result for
 * each class, located in QEMU's source where that is known, else in its case file.  GitHub shows no result without a
 * location, so each class should have its case, by a path relative to the repository's root.
 */
#ifndef HARDSTOP_REPORT_SARIF_H
#define HARDSTOP_REPORT_SARIF_H

#include <stdio.h>

#include "harness/report/results.h"

/* What GitHub shows of one run; what is left out is counted in a notification. */
#define SARIF_MOST 5000

/* For print_file(), of a struct results. */
void sarif_print(FILE *out, const void *results);

#endif

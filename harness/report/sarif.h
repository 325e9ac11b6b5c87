/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The findings of an audit as SARIF 2.1.0, as GitHub code scanning takes it: the properties are the rules, the findings
 * the results, each located in its case file.  GitHub shows no result without a location, so each finding should have
 * its case, by a path relative to the repository's root.
 */
#ifndef HARDSTOP_REPORT_SARIF_H
#define HARDSTOP_REPORT_SARIF_H

#include <stdio.h>

#include "harness/audit/audit.h"

/* Prints the findings of an audit, which has a setup. */
void sarif_print(FILE *out, const struct audit *audit);
/* The same into a file, which is there whole or not at all.  0, or -1 with a reason. */
int sarif_write(const char *path, const struct audit *audit, struct hs_error *err);

#endif

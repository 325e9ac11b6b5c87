/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An audit as JUnit XML, as GitLab and Jenkins read it: one testsuite, in it one testcase for each edit and value
 * ("truncate", "insert 00", "delete 2"), with a failure where the gate says so and an error where cells are unknown.
 * GitLab tells testcases apart by classname and name, so the classname says section, machine and framing.
 */
#ifndef HARDSTOP_REPORT_JUNIT_H
#define HARDSTOP_REPORT_JUNIT_H

#include <stdio.h>

#include "harness/audit/gate.h"

/* Prints the audit, which has a setup, and what gate_judge() said of it. */
void junit_print(FILE *out, const struct audit *audit, const struct gate *gate);
/* The same into a file, which is there whole or not at all.  0, or -1 with a reason. */
int junit_write(const char *path, const struct audit *audit, const struct gate *gate, struct hs_error *err);

#endif

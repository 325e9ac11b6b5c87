/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results as JUnit XML, as GitLab and Jenkins read it: a testsuite for each suite, in it a testcase for each test.
 * GitLab tells testcases apart by classname and name.  What `time` says is measured, and all that differs between two
 * runs of one command that gave the same.
 */
#ifndef HARDSTOP_REPORT_JUNIT_H
#define HARDSTOP_REPORT_JUNIT_H

#include <stdio.h>

#include "harness/report/results.h"

/* For print_file(), of a struct results. */
void junit_print(FILE *out, const void *results);

#endif

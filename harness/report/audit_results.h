/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An audit as results, for JUnit XML and SARIF. */
#ifndef HARDSTOP_REPORT_AUDIT_RESULTS_H
#define HARDSTOP_REPORT_AUDIT_RESULTS_H

#include "harness/audit/gate.h"
#include "harness/report/results.h"

/*
 * Opens `results`, with one suite: of the audit, which has a setup, each distinct finding is a class.  With what
 * gate_judge() said of it (or NULL), each edit and value ("truncate", "insert 00", "delete 2") is a test, which fails
 * where the gate says so, and is an error where cells are unknown.  The group says section, machine and framing.
 */
void audit_results(const struct audit *audit, const struct gate *gate, struct results *results);

#endif

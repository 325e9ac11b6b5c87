/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The distinct findings among an audit's cells. */
#ifndef HARDSTOP_AUDIT_AUDIT_FINDINGS_H
#define HARDSTOP_AUDIT_AUDIT_FINDINGS_H

#include "harness/audit/audit.h"

/*
 * Judges, of the cells that were not rejected, the first of each kind: those are of one kind that agree in edit,
 * verdict and field (whatever its index), and in the words of a crash or hang; where the edit does not change the
 * length, in the value, too.  Adds the findings to `audit`, one for each signature, with the worst of its verdicts,
 * worst first, and saves the case of each in `folder` (which exists; NULL: nowhere).  0, or -1 with a reason.
 */
int audit_find(struct audit *audit, struct oracle *oracle, const Hardstop__Case *test, size_t section,
               const char *folder, struct hs_error *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fails in an audit, for people. */
#ifndef HARDSTOP_REPORT_GATE_TEXT_H
#define HARDSTOP_REPORT_GATE_TEXT_H

#include <stdio.h>

#include "harness/audit/gate.h"

/* The count, then the first failures with their fields; `than` is what they are worse than, or NULL. */
void gate_text(FILE *out, const struct audit *audit, const struct gate *gate, const char *than);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For a terminal: how good the words of an audit's rejections are, in a line, and each text with what it names. */
#ifndef HARDSTOP_REPORT_MESSAGES_H
#define HARDSTOP_REPORT_MESSAGES_H

#include <stdio.h>

#include "harness/audit/audit_said.h"
#include "harness/audit/baseline.h"

/* Of the refusals, what share names what; nothing where that is not known. */
void messages_line(FILE *out, const struct audit *audit);
/* Every kind of text with its cells, what it names, and a damage that gives it; the worst first. */
void messages_table(FILE *out, const struct audit *audit);
/* How many refusals name less, or more, than in the audit that is called `than`; which fails nothing. */
void messages_compared(FILE *out, const struct audit *audit, const struct baseline *baseline, const char *than);
/* "section, device"; "nothing"; free it. */
char *messages_names(unsigned named);

#endif

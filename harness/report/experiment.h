/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trials of the experiment as a table for people, and as rows for a README. */
#ifndef HARDSTOP_REPORT_EXPERIMENT_H
#define HARDSTOP_REPORT_EXPERIMENT_H

#include <stdio.h>

#include "harness/audit/trial.h"

/* All figures, and what they say. */
void experiment_text(FILE *out, const struct trial *trials, size_t n);
/* A Markdown table of the shares: a row for each device, transport and state; "-" where a framing was not tried. */
void experiment_markdown(FILE *out, const struct trial *trials, size_t n);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trials of the experiment as a table for people, as rows for a README, and as a picture. */
#ifndef HARDSTOP_REPORT_EXPERIMENT_H
#define HARDSTOP_REPORT_EXPERIMENT_H

#include <stdio.h>

#include "harness/audit/trial.h"

#define EXPERIMENT_FRAMINGS 4

/* How what is damaged was framed; in the order of what was asked in 2015, and answered. */
extern const struct experiment_framing {
    const char *name, *answer, *column;
} experiment_framings[EXPERIMENT_FRAMINGS];

/* All figures, and what they say. */
void experiment_text(FILE *out, const struct trial *trials, size_t n);
/* A Markdown table of the shares: a row for each device, transport and state; "-" where a framing was not tried. */
void experiment_markdown(FILE *out, const struct trial *trials, size_t n);
/* A picture: for each framing and state a bar, of all devices and transports together. */
void experiment_svg(FILE *out, const struct trial *trials, size_t n);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trials of the experiment as a table for people, as rows for a README, and as JSON. */
#ifndef HARDSTOP_REPORT_EXPERIMENT_H
#define HARDSTOP_REPORT_EXPERIMENT_H

#include <stdio.h>

#include <jansson.h>

#include "harness/audit/trial.h"

/* All figures, and what they say. */
void experiment_text(FILE *out, const struct trial *trials, size_t n);
/* A Markdown table of the shares: a row for each device, transport and state; "-" where a framing was not tried. */
void experiment_markdown(FILE *out, const struct trial *trials, size_t n);

/*
 * {"trials": [{"device", "transport", "state", "footers", "bytes", "streams", "verdicts": {"rejected": n, ...},
 * "config_vector": {"missing", "extra"} (null where there is none), "end": {"missing": [4 verdicts], "extra": [4]},
 * "between": {...}, "first": [{"edit", "value", "offset", "field", "verdict"}], "example"}]}
 */
json_t *experiment_json(const struct trial *trials, size_t n);
/* Reads that; free the list.  NULL with a reason. */
struct trial *experiment_read(const char *path, size_t *n, struct hs_error *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vetting as text, Markdown, JSON, and results for JUnit XML and SARIF. */
#ifndef HARDSTOP_TOOL_VET_OUTPUTS_H
#define HARDSTOP_TOOL_VET_OUTPUTS_H

#include <stdio.h>

#include "harness/report/results.h"
#include "harness/tool/vetting.h"

/* A step's line, then what it found that is worse, or all of it. */
void vet_print_step(FILE *out, const struct vet_step *step, bool all);
/* Which steps were left out, and how many ended how. */
void vet_print_end(FILE *out, const struct vet *vet);

/* For print_file(), of a struct vet, and for the text of a merge request: a table of the steps, and what is worse. */
void vet_print_markdown(FILE *out, const void *vet);
/*
 * {"version": 1, "qemu", "against" (null: none), "baseline" (null: none), "budget" (seconds; 0: none), "result",
 * "steps": [{"name", "claim", "result", "why" (null: none), "command", "seconds", "findings": [{"text", "worse":
 * bool}]}]}; free with json_decref().
 */
json_t *vet_json(const struct vet *vet);
/* Opens `results`: a test for each step, and a class for each finding, whose rule is the step's kind. */
void vet_results(const struct vet *vet, struct results *results);

/* Worse where one step is; else no answer where one has none, or none was done; else clean. */
enum vet_state vet_result(const struct vet *vet);

#endif

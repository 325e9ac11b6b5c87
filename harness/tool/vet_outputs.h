/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vetting as text, Markdown, JSON and JUnit XML. */
#ifndef HARDSTOP_TOOL_VET_OUTPUTS_H
#define HARDSTOP_TOOL_VET_OUTPUTS_H

#include <stdio.h>

#include "harness/tool/vetting.h"

/* A step's line, then what it found that is worse, or all of it. */
void vet_print_step(FILE *out, const struct vet_step *step, bool all);
/* Which steps were left out, and how many ended how. */
void vet_print_end(FILE *out, const struct vet *vet);

/* These are for print_file(), of a struct vet. */
/* For the text of a merge request: a table of the steps, and what is worse. */
void vet_print_markdown(FILE *out, const void *vet);
/*
 * {"version": 1, "qemu", "against" (null: none), "baseline" (null: none), "budget" (seconds; 0: none), "result",
 * "steps": [{"name", "claim", "result", "why" (null: none), "command", "seconds", "findings": [{"text", "worse":
 * bool}]}]}
 */
void vet_print_json(FILE *out, const void *vet);
/* As GitLab and Jenkins read it: a testcase for each step. */
void vet_print_junit(FILE *out, const void *vet);

/* Worse where one step is; else no answer where one has none, or none was done; else clean. */
enum vet_state vet_result(const struct vet *vet);

#endif

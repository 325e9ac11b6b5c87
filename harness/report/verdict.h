/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A judgement, its properties and findings, for people and for scripts. */
#ifndef HARDSTOP_REPORT_VERDICT_H
#define HARDSTOP_REPORT_VERDICT_H

#include <stdio.h>

#include <jansson.h>

#include "harness/finding/finding.h"
#include "harness/report/style.h"

/* How a verdict is printed on a terminal. */
enum style verdict_style(enum verdict verdict);

/* Verdict, section, QEMU's words, stack, differing fields. */
void verdict_text(FILE *out, const struct judgement *judgement);
/* A line: the finding, or that there is none, its property then being "". */
void verdict_finding(FILE *out, const struct finding *finding);
/* What both print, the property being null where there is no finding; free with json_decref(). */
json_t *verdict_finding_json(const struct judgement *judgement, const struct finding *finding);

/*
 * A numbered table of findings, each with the command that reproduces it; `folder` is where their cases are, `program`
 * how hardstop was called, `setup` that of them all (NULL: of each a file may ask for it).
 */
void verdict_findings(FILE *out, const struct finding *findings, size_t n, const char *folder, const char *program,
                      const Hardstop__Setup *setup);

#endif

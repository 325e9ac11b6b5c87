/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known findings by versions of QEMU. */
#ifndef HARDSTOP_REPORT_MATRIX_H
#define HARDSTOP_REPORT_MATRIX_H

#include <stdio.h>

#include <jansson.h>

#include "harness/finding/replay.h"
#include "harness/report/results.h"

/* Is the replay as it is recorded, or not tried?  Of what is not recorded a line is expected to be confirmed. */
bool matrix_is_expected(const struct replay *replay, const struct replays *recorded);

/* What it shows, in a word or two, or, where the replay is NULL, why there is none. */
const char *matrix_state_name(const struct known_line *line, const struct replay *replay);

/*
 * By QEMU, a line for each replay, with what is recorded where that is something else; then the counts, and
 * what is missing of what was not tried.
 */
void matrix_text(FILE *out, const struct known *known, const struct replays *replays, const struct replays *recorded);
/* A table in Markdown: a row for each line of the list, a column for each QEMU, and the counts as the last row. */
void matrix_markdown(FILE *out, const struct known *known, const struct replays *replays);
/* The same as a page of HTML: one row for each fault, with all cases that show it alike. */
void matrix_html(FILE *out, const struct known *known, const struct replays *replays, const struct replays *recorded);
/*
 * [{"case" (null: not published), "signature", "kind", "scope", "reach", "twin", "cause", "qemu": [{"version", "state",
 * "signature" (null: none), "words", "expected": bool (null: not tried)}]}]; free with json_decref().
 */
json_t *matrix_json(const struct known *known, const struct replays *replays, const struct replays *recorded);
/* Adds the line's finding, and what its replay shows, to the results; `path` is that of its case. */
void matrix_class(const struct known_line *line, const struct replay *replay, const char *path,
                  struct results *results);

#endif

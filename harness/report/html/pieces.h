/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small pieces that parts of the HTML report are made of. */
#ifndef HARDSTOP_REPORT_HTML_PIECES_H
#define HARDSTOP_REPORT_HTML_PIECES_H

#include <stdio.h>

#include "harness/audit/audit.h"

/* What each verdict is, in a sentence. */
extern const char *const html_meanings[VERDICT_COUNT];

/* A letter on the colour and pattern of a verdict. */
void html_chip(FILE *out, int verdict);
/* A chip and a number for each verdict that has cells. */
void html_counts(FILE *out, const uint64_t counts[VERDICT_COUNT]);
/* Edits by verdict as a table, with its caption ("": none). */
void html_table(FILE *out, const uint64_t counts[EDIT_MAX][VERDICT_COUNT], const char *caption);
/* What a table that may be wider than the window begins and ends with; the keyboard scrolls it, too. */
void html_wide_begin(FILE *out, const char *label, const char *table_class);
void html_wide_end(FILE *out);
/* "insert ff", "delete 2 bytes", "truncate". */
void html_damage(FILE *out, enum edit edit, const char *value);
/* "17" or "17-20", as a number of bytes from an offset. */
void html_range(FILE *out, uint32_t offset, uint32_t count);

#endif

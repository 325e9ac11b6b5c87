/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the HTML report share; html.h is the door. */
#ifndef HARDSTOP_REPORT_HTML_PAGE_H
#define HARDSTOP_REPORT_HTML_PAGE_H

#include <stdio.h>

#include "harness/report/grid.h"
#include "harness/report/html/text.h"

/* An audit and how it is laid out. */
struct html_side {
    const struct audit *audit;
    const char *label;
    struct grid grid;
    struct grid_groups groups;
    size_t *fields; /* of each group: its index among the page's fields */
};

/* A field without indexes, of either audit. */
struct html_field {
    const char *name;
    char *slug; /* its entry has the id "field-<slug>"; no two are the same */
    const struct grid_group *groups[2]; /* NULL where an audit has none */
};

struct html_page {
    FILE *out;
    struct html_side sides[2];
    size_t n_sides;
    struct html_field *fields; /* by offset, those of the second audit alone last */
    size_t n_fields;
    uint32_t columns; /* bytes a row of the heat maps */
};

/* "report.css" and "report.js" beside this file, made into strings when building. */
extern const char html_css[], html_js[];

/* The index of the field of that name, or SIZE_MAX. */
size_t html_field_index(const struct html_page *page, const char *name);
/* True when any audit has cells of the view (an edit, GRID_LENGTH or GRID_ALL). */
bool html_has_view(const struct html_page *page, int view);

/* A letter on the colour and pattern of a verdict. */
void html_chip(FILE *out, int verdict);
/* A chip and a number for each verdict that has cells. */
void html_counts(FILE *out, const uint64_t counts[VERDICT_COUNT]);
/* Edits by verdict as a table, with its caption ("": none). */
void html_table(FILE *out, const uint64_t counts[EDIT_MAX][VERDICT_COUNT], const char *caption);
/* "insert ff", "delete 2 bytes", "truncate". */
void html_damage(FILE *out, enum edit edit, const char *value);
/* "17" or "17-20", as a number of bytes from an offset. */
void html_range(FILE *out, uint32_t offset, uint32_t count);

/* What shows a view while its button is checked: a line of the style sheet. */
void html_map_style(const struct html_page *page);
/* The parts, in the page's order. */
void html_headline(const struct html_page *page);
void html_maps(const struct html_page *page);
void html_changes(const struct html_page *page);
void html_findings(const struct html_page *page);
void html_fields(const struct html_page *page);
void html_said(const struct html_page *page);
/* What the script needs to know of each byte, as a JSON element. */
void html_data(const struct html_page *page);

#endif

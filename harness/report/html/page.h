/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the HTML report shows, laid out: one audit or two, and their fields. */
#ifndef HARDSTOP_REPORT_HTML_PAGE_H
#define HARDSTOP_REPORT_HTML_PAGE_H

#include <stdio.h>

#include "harness/report/grid.h"

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

/* Lays out the audits, which the caller has set in `sides` with their labels, and n_sides; all else is zero before. */
void html_page_init(struct html_page *page);
void html_page_clear(struct html_page *page);

/* The index of the field of that name, or SIZE_MAX. */
size_t html_field_index(const struct html_page *page, const char *name);
/* True when any audit has cells of the view (an edit, GRID_LENGTH or GRID_ALL). */
bool html_has_view(const struct html_page *page, int view);

#endif

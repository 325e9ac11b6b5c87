/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An audit for a terminal: headline, table, the audited bytes as rows of letters, and the fields that let most pass. */
#ifndef HARDSTOP_REPORT_HEATMAP_H
#define HARDSTOP_REPORT_HEATMAP_H

#include <stdio.h>

#include "harness/report/grid.h"

struct heatmap_options {
    unsigned columns; /* width of the page; 0: the terminal's, or 110 where there is none */
    const char *view; /* as grid_view_name(); NULL: damages that change the length */
};

/* All of it.  0, or -1, with nothing printed, when the audit has no such view. */
int heatmap_text(FILE *out, const struct audit *audit, const struct heatmap_options *options);

#endif

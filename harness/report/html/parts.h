/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the HTML report, each in a file of its name. */
#ifndef HARDSTOP_REPORT_HTML_PARTS_H
#define HARDSTOP_REPORT_HTML_PARTS_H

#include "harness/report/html/page.h"
#include "harness/report/html/pieces.h"
#include "harness/report/html/text.h"

/* "report.css" and "report.js" beside this file, made into strings when building. */
extern const char html_report_css[], html_report_js[];

/* What a page begins with, as far as into its style sheet. */
void html_begin(FILE *out, const char *title);
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that loads came by (harness/report/lines.h), as one HTML file that needs nothing else. */
#ifndef HARDSTOP_REPORT_HTML_LINES_H
#define HARDSTOP_REPORT_HTML_LINES_H

#include "harness/report/lines.h"

/* By program and file: the functions, and the lines that were not come by.  0, or -1 with a reason. */
int lines_html(const char *path, const struct lines *lines, size_t n, struct hs_error *err);

#endif

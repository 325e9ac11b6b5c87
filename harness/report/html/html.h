/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An audit, or two side by side, as one HTML file that needs nothing else: no network, no fonts, no other file.  It
 * reads without JavaScript; with it, the heat map takes mouse and keyboard.
 */
#ifndef HARDSTOP_REPORT_HTML_HTML_H
#define HARDSTOP_REPORT_HTML_HTML_H

#include "harness/audit/audit.h"

/*
 * Writes the report of `audit`, which has a setup; with `other` (or NULL) beside it, both under their labels, and what
 * became better or worse from the first to the second.  Equal audits give the same bytes.  0, or -1 with a reason; the
 * file is there whole or not at all.
 */
int html_write(const char *path, const struct audit *audit, const struct audit *other, const char *const labels[2],
               struct hs_error *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text that comes from elsewhere, put into HTML and JSON so that it stays text. */
#ifndef HARDSTOP_REPORT_HTML_TEXT_H
#define HARDSTOP_REPORT_HTML_TEXT_H

#include <stdio.h>

/*
 * Prints text for an element or a quoted attribute.  What is no UTF-8, control characters, and characters that turn
 * the direction of what follows become U+FFFD.
 */
void html_escape(FILE *out, const char *text);

/* Prints text as a JSON string that may stand in a <script> element, likewise. */
void html_json(FILE *out, const char *text);

/* A text for an id and for the address behind '#': letters, digits, '.', '-' and '_'; free it. */
char *html_slug(const char *text);

/* Prints by printf rules, but what comes for %s is escaped as by html_escape(). */
__attribute__((format(printf, 2, 3))) void html_print(FILE *out, const char *fmt, ...);

#endif

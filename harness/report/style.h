/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colour on a terminal that wants it: none without one, none with NO_COLOR set (https://no-color.org). */
#ifndef HARDSTOP_REPORT_STYLE_H
#define HARDSTOP_REPORT_STYLE_H

#include <stdio.h>

enum style {
    STYLE_PLAIN,
    STYLE_BOLD,
    STYLE_DIM,
    STYLE_GOOD,
    STYLE_BAD,
    STYLE_WARN,
    STYLE_STUCK,
    STYLE_ALARM,
};

/* Prints by printf rules in a style. */
__attribute__((format(printf, 3, 4))) void style_print(FILE *out, enum style style, const char *fmt, ...);

#endif

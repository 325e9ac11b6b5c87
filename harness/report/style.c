/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds and leaves out ANSI colours. */
#include "harness/report/style.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

static bool wants_colour(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");

    return isatty(fileno(out)) && !(no_colour && *no_colour) && terminal && *terminal &&
           !(terminal[0] == 'd' && terminal[1] == 'u' && terminal[2] == 'm' && terminal[3] == 'b');
}

void style_print(FILE *out, enum style style, const char *fmt, ...)
{
    static const char *const codes[] = {
        [STYLE_PLAIN] = "", [STYLE_BOLD] = "1", [STYLE_DIM] = "2",
        [STYLE_GOOD] = "32", [STYLE_BAD] = "1;31", [STYLE_WARN] = "33",
        [STYLE_STUCK] = "1;35", [STYLE_ALARM] = "1;37;41",
    };
    bool colour = style != STYLE_PLAIN && wants_colour(out);
    va_list args;

    if (colour) {
        fprintf(out, "\033[%sm", codes[style]);
    }
    va_start(args, fmt);
    vfprintf(out, fmt, args);
    va_end(args);
    if (colour) {
        fputs("\033[0m", out);
    }
}

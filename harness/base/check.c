/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what a failed check was about, and aborts. */
#include "harness/base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void hs_check_failed(const char *file, int line, const char *cond, const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "hardstop: %s:%d: check failed: %s: ", file, line, cond);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

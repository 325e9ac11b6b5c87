/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formats reasons into the fixed space of an error, cutting what does not fit. */
#include "harness/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/printable.h"

int hs_fail(struct hs_error *err, uint64_t offset, const char *fmt, ...)
{
    va_list args;

    if (err) {
        err->offset = offset;
        va_start(args, fmt);
        vsnprintf(err->text, sizeof(err->text), fmt, args);
        va_end(args);
        printable_make(err->text);
    }
    return -1;
}

int hs_fail_in(struct hs_error *err, const char *fmt, ...)
{
    char reason[sizeof(err->text)];
    va_list args;
    size_t used;

    if (err) {
        memcpy(reason, err->text, sizeof(reason));
        va_start(args, fmt);
        vsnprintf(err->text, sizeof(err->text), fmt, args);
        va_end(args);
        used = strlen(err->text);
        snprintf(err->text + used, sizeof(err->text) - used, ": %.*s", (int)(sizeof(reason) / 2), reason);
        printable_make(err->text);
    }
    return -1;
}

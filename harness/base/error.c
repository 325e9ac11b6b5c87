/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formats reasons into the fixed space of an error, cutting what does not fit. */
#include "harness/base/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
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

const char *hs_reason(const struct hs_error *err, const char *path)
{
    char *name = printable_copy(path, strlen(path));
    size_t length = strlen(name);
    bool is_named = strncmp(err->text, name, length) == 0 && strncmp(err->text + length, ": ", 2) == 0;

    free(name);
    return err->text + (is_named ? length + 2 : 0);
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

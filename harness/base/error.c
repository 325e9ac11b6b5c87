/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formats reasons into the fixed space of an error, cutting what does not fit. */
#include "harness/base/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/printable.h"

/* What a QEMU said may have several lines: they stay apart, in the one line that there is. */
static void make_line(char *text, size_t size)
{
    static const char between[] = " | ";
    size_t length = strlen(text);

    while (length && text[length - 1] == '\n') {
        text[--length] = '\0';
    }
    for (char *at = text; (at = strchr(at, '\n'));) {
        char *rest = hs_strdup(at + strspn(at, "\n"));

        snprintf(at, size - (size_t)(at - text), "%s%s", between, rest);
        at += strnlen(at, strlen(between));
        free(rest);
    }
    printable_make(text);
}

int hs_fail(struct hs_error *err, uint64_t offset, const char *fmt, ...)
{
    va_list args;

    if (err) {
        err->offset = offset;
        va_start(args, fmt);
        vsnprintf(err->text, sizeof(err->text), fmt, args);
        va_end(args);
        make_line(err->text, sizeof(err->text));
    }
    return -1;
}

const char *hs_reason(const struct hs_error *err, const char *path)
{
    struct hs_error name;
    size_t length;
    bool is_named;

    hs_fail(&name, HS_NO_OFFSET, "%s", path);
    length = strlen(name.text);
    is_named = strncmp(err->text, name.text, length) == 0 && strncmp(err->text + length, ": ", 2) == 0;
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
        make_line(err->text, sizeof(err->text));
    }
    return -1;
}

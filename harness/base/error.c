/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formats reasons into the fixed space of an error, cutting what does not fit. */
#include "harness/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void hs_make_printable(char *text)
{
    for (; *text; text++) {
        unsigned char first = (unsigned char)text[0], second = (unsigned char)text[1];

        /* C1 controls are c2 80 to c2 9f in UTF-8, and a terminal may act on them. */
        if (first < 0x20 || first == 0x7f || (first == 0xc2 && second >= 0x80 && second < 0xa0)) {
            text[0] = '?';
            text[1] = first == 0xc2 ? '?' : text[1];
        }
    }
}

int hs_fail(struct hs_error *err, uint64_t offset, const char *fmt, ...)
{
    va_list args;

    if (err) {
        err->offset = offset;
        va_start(args, fmt);
        vsnprintf(err->text, sizeof(err->text), fmt, args);
        va_end(args);
        hs_make_printable(err->text);
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
        hs_make_printable(err->text);
    }
    return -1;
}

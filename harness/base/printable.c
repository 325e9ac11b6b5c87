/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decodes UTF-8 strictly: a terminal or browser that guesses is how text becomes a command. */
#include "harness/base/printable.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

static bool acts(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
           c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c & 0xfffe) == 0xfffe || (c >= 0xe0000 && c <= 0xe007f);
}

uint32_t printable_next(const char *text, size_t size, size_t *length)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned n = *bytes < 0x80 ? 1 : *bytes >> 5 == 6 ? 2 : *bytes >> 4 == 14 ? 3 : *bytes >> 3 == 30 ? 4 : 0;
    uint32_t c = n == 1 ? *bytes : n ? *bytes & (0x7fu >> n) : 0;

    *length = 1;
    if (!n || n > size) {
        return PRINTABLE_NOT;
    }
    for (unsigned i = 1; i < n; i++) {
        if (bytes[i] >> 6 != 2) {
            return PRINTABLE_NOT;
        }
        c = c << 6 | (bytes[i] & 0x3f);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
        return PRINTABLE_NOT;
    }
    *length = n;
    return acts(c) ? PRINTABLE_NOT : c;
}

static void make(char *text, size_t size)
{
    for (size_t i = 0, length; i < size; i += length) {
        if (printable_next(text + i, size - i, &length) == PRINTABLE_NOT) {
            memset(text + i, '?', length);
        }
    }
}

void printable_make(char *text)
{
    make(text, strlen(text));
}

char *printable_copy(const char *text, size_t size)
{
    char *copy = hs_copy(text, size);

    make(copy, size);
    return copy;
}

void printable_write(FILE *out, const char *text, size_t size)
{
    char *copy = printable_copy(text, size);

    fwrite(copy, 1, size, out);
    free(copy);
}

void printable_print(FILE *out, const char *fmt, ...)
{
    size_t ends = strlen(fmt), size, lines = 0;
    va_list args;
    char *text;
    int printed;

    while (ends && fmt[ends - 1] == '\n') {
        ends--;
        lines++;
    }
    va_start(args, fmt);
    printed = vasprintf(&text, fmt, args);
    va_end(args);
    HS_CHECK(printed >= 0, "no memory for a line of text");
    size = (size_t)printed - lines;
    make(text, size);
    fwrite(text, 1, size + lines, out);
    free(text);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decodes foreign text strictly: a browser that guesses is how text becomes markup. */
#include "harness/report/html/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

#define REPLACEMENT 0xfffd

/* Whether the character would act on the page instead of being seen: C0, DEL, C1, marks of direction, line ends. */
static bool acts(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || (c & 0xfffe) == 0xfffe;
}

/* The next character, and how many bytes it has; REPLACEMENT and 1 where the bytes are no UTF-8. */
static uint32_t decode(const unsigned char *text, size_t *length)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned n = *text < 0x80 ? 1 : *text >> 5 == 6 ? 2 : *text >> 4 == 14 ? 3 : *text >> 3 == 30 ? 4 : 0;
    uint32_t c = n == 1 ? *text : n ? *text & (0x7fu >> n) : 0;

    *length = 1;
    for (unsigned i = 1; i < n; i++) {
        if (text[i] >> 6 != 2) {
            return REPLACEMENT;
        }
        c = c << 6 | (text[i] & 0x3f);
    }
    if (!n || c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
        return REPLACEMENT;
    }
    *length = n;
    return acts(c) ? REPLACEMENT : c;
}

static void print_char(FILE *out, uint32_t c, const unsigned char *bytes, size_t length)
{
    if (c == REPLACEMENT) {
        fputs("\xef\xbf\xbd", out);
    } else {
        fwrite(bytes, 1, length, out);
    }
}

void html_escape(FILE *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    for (size_t length; *at; at += length) {
        uint32_t c = decode(at, &length);

        if (c < 0x80 && strchr("<>&\"'", (int)c)) {
            fprintf(out, "&#%u;", (unsigned)c);
        } else {
            print_char(out, c, at, length);
        }
    }
}

void html_json(FILE *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    fputc('"', out);
    for (size_t length; *at; at += length) {
        uint32_t c = decode(at, &length);

        if (c < 0x80 && strchr("<>&\"'\\/", (int)c)) {
            fprintf(out, "\\u%04x", (unsigned)c);
        } else {
            print_char(out, c, at, length);
        }
    }
    fputc('"', out);
}

char *html_slug(const char *text)
{
    char *slug = hs_strdup(text);

    for (char *c = slug; *c; c++) {
        *c = isascii((unsigned char)*c) && (isalnum((unsigned char)*c) || strchr(".-_", *c)) ? *c : '_';
    }
    return slug;
}

/* Conversions of printf that the page uses, besides %s. */
static const char *print_one(FILE *out, const char *fmt, va_list *args)
{
    switch (*fmt++) {
    case 's':
        html_escape(out, va_arg(*args, const char *));
        break;
    case 'u':
        fprintf(out, "%u", va_arg(*args, unsigned));
        break;
    case 'd':
        fprintf(out, "%d", va_arg(*args, int));
        break;
    case 'c':
        fputc(va_arg(*args, int), out);
        break;
    case 'z':
        HS_CHECK(*fmt == 'u', "%%z%c", *fmt);
        fprintf(out, "%zu", va_arg(*args, size_t));
        return fmt + 1;
    case '%':
        fputc('%', out);
        break;
    default:
        HS_CHECK(false, "no conversion %%%c", fmt[-1]);
    }
    return fmt;
}

void html_print(FILE *out, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    while (*fmt) {
        size_t plain = strcspn(fmt, "%");

        fwrite(fmt, 1, plain, out);
        fmt += plain;
        if (*fmt) {
            fmt = print_one(out, fmt + 1, &args);
        }
    }
    va_end(args);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Escapes what is markup or script, and leaves out what may not be shown. */
#include "harness/report/html/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/printable.h"

static void print_char(FILE *out, uint32_t c, const char *bytes, size_t length)
{
    if (c == PRINTABLE_NOT) {
        fputs("\xef\xbf\xbd", out);
    } else {
        fwrite(bytes, 1, length, out);
    }
}

void html_escape(FILE *out, const char *text)
{
    const char *end = text + strlen(text);

    for (size_t length; text < end; text += length) {
        uint32_t c = printable_next(text, (size_t)(end - text), &length);

        if (c < 0x80 && strchr("<>&\"'", (int)c)) {
            fprintf(out, "&#%u;", (unsigned)c);
        } else {
            print_char(out, c, text, length);
        }
    }
}

void html_json(FILE *out, const char *text)
{
    const char *end = text + strlen(text);

    fputc('"', out);
    for (size_t length; text < end; text += length) {
        uint32_t c = printable_next(text, (size_t)(end - text), &length);

        if (c < 0x80 && strchr("<>&\"'\\/", (int)c)) {
            fprintf(out, "\\u%04x", (unsigned)c);
        } else {
            print_char(out, c, text, length);
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quotes what is not plainly safe. */
#include "harness/base/shell.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/print.h"
#include "harness/base/printable.h"

#define SAFE "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:+@%"

/* What may not be shown goes through printf, as octal numbers: $(...) takes away nothing but newlines at the end. */
static char *through_printf(const char *word, size_t size)
{
    struct print_memory memory;
    FILE *out = print_open(&memory);

    fputs("\"$(printf -- '", out);
    for (size_t i = 0, length; i < size; i += length) {
        uint32_t c = printable_next(word + i, size - i, &length);

        for (size_t k = i; c == PRINTABLE_NOT && k < i + length; k++) {
            fprintf(out, "\\%03o", (unsigned char)word[k]);
        }
        if (c == '\'') {
            fputs("'\\''", out);
        } else if (c == '%' || c == '\\') {
            fprintf(out, "%c%c", (int)c, (int)c);
        } else if (c != PRINTABLE_NOT) {
            fwrite(word + i, 1, length, out);
        }
    }
    fputs("')\"", out);
    return print_close(&memory);
}

static bool is_printable(const char *word, size_t size)
{
    for (size_t i = 0, length; i < size; i += length) {
        if (printable_next(word + i, size - i, &length) == PRINTABLE_NOT) {
            return false;
        }
    }
    return true;
}

static char *in_quotes(const char *word)
{
    /* At worst, each character is a quote. */
    char *quoted = hs_alloc(4 * strlen(word) + 3);
    size_t n = 0;

    quoted[n++] = '\'';
    for (; *word; word++) {
        size_t size = *word == '\'' ? 4 : 1;

        memcpy(quoted + n, *word == '\'' ? "'\\''" : word, size);
        n += size;
    }
    quoted[n] = '\'';
    return quoted;
}

char *shell_word(const char *word)
{
    size_t length = strlen(word), ends = 0;
    char *front, *back, *whole;

    if (length && strspn(word, SAFE) == length) {
        return hs_strdup(word);
    }
    while (length > ends && word[length - 1 - ends] == '\n') {
        ends++;
    }
    if (is_printable(word, length - ends)) {
        return in_quotes(word);
    }
    front = through_printf(word, length - ends);
    back = ends ? in_quotes(word + length - ends) : hs_strdup("");
    whole = hs_format("%s%s", front, back);
    free(front);
    free(back);
    return whole;
}

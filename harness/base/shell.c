/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quotes what is not plainly safe. */
#include "harness/base/shell.h"

#include <string.h>

#include "harness/base/alloc.h"

#define SAFE "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:+@%"

char *shell_word(const char *word)
{
    size_t length = strlen(word), n = 0;
    char *quoted;

    if (length && strspn(word, SAFE) == length) {
        return hs_strdup(word);
    }
    /* At worst, each character is a quote. */
    quoted = hs_alloc(4 * length + 3);
    quoted[n++] = '\'';
    for (; *word; word++) {
        size_t size = *word == '\'' ? 4 : 1;

        memcpy(quoted + n, *word == '\'' ? "'\\''" : word, size);
        n += size;
    }
    quoted[n] = '\'';
    return quoted;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads @FILE, and says what a command line has that a setup has not. */
#include "harness/tool/setup_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/printable.h"
#include "harness/base/shell_split.h"
#include "harness/setup/setup_line.h"

enum { MOST_TEXT = 1 << 20 };

static int read_words(const char *path, struct arguments *words, struct hs_error *err)
{
    uint8_t *data;
    size_t size;
    int result;
    char *text;

    if (file_read(path, &data, &size, err) < 0) {
        return -1;
    }
    if (size > MOST_TEXT || memchr(data, 0, size)) {
        free(data);
        return hs_fail(err, HS_NO_OFFSET, "%s: is no text of a command line", path);
    }
    text = hs_format("%.*s", (int)size, (const char *)data);
    result = shell_split(text, words, err);
    free(text);
    free(data);
    return result < 0 ? hs_fail_in(err, "%s", path) : 0;
}

int setup_words_take(const struct arguments *words, Hardstop__Setup *setup, struct hs_error *err)
{
    const char *first = words->argv[0];
    struct arguments all = { 0 };
    char *left_out = NULL;
    int result = 0;

    if (*first == '@') {
        result = read_words(first + 1, &all, err);
    } else {
        arguments_add(&all, first);
    }
    for (size_t i = 1; i < words->n; i++) {
        arguments_add(&all, words->argv[i]);
    }
    if (result == 0) {
        result = setup_line_parse(&all, setup, &left_out, err);
    }
    if (left_out) {
        printable_print(stderr, "hardstop: %s\n", left_out);
    }
    free(left_out);
    arguments_clear(&all);
    return result;
}

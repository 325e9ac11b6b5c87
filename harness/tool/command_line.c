/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the name that a misspelt word was meant to be, and adds to argp what it cannot say by itself. */
#include "harness/tool/command_line.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/printable.h"

enum { MOST_LETTERS = 40 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters must be changed, added, left out or swapped with the next one to make `a` of `b`. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][MOST_LETTERS + 1], *before = rows[0], *last = rows[1], *row = rows[2], *spare;
    size_t n = strlen(b);

    if (n > MOST_LETTERS) {
        return n;
    }
    for (size_t k = 0; k <= n; k++) {
        last[k] = k;
    }
    for (size_t i = 1; a[i - 1]; i++) {
        row[0] = i;
        for (size_t k = 1; k <= n; k++) {
            row[k] = least(last[k - 1] + (a[i - 1] != b[k - 1]), least(last[k], row[k - 1]) + 1);
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1]) {
                row[k] = least(row[k], before[k - 2] + 1);
            }
        }
        spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[n];
}

char *command_line_nearest(const char *word, command_line_name_fn *name)
{
    size_t length = strlen(word), least_distance = length / 3 + 1, nearest = SIZE_MAX;
    const char *one;

    for (size_t i = 0; (one = name(i)); i++) {
        size_t far = distance(word, one);

        /* A third of the letters wrong is still the same word, and so is its beginning. */
        if (far < least_distance ||
            (nearest == SIZE_MAX && (far == 1 || (length && strncmp(one, word, length) == 0)))) {
            nearest = i;
            least_distance = least(far, least_distance);
        }
    }
    return nearest == SIZE_MAX ? NULL : hs_strdup(name(nearest));
}

/* What argp adds by itself. */
static const struct argp_option common_options[] = { { .name = "help" }, { .name = "usage" }, { .name = "version" } };

/* The options of one command, for name_of_option(). */
static const struct argp_option **options;
static size_t n_options;

static const char *name_of_option(size_t i)
{
    return i < n_options ? options[i]->name : NULL;
}

static void add_option(void *user, const struct argp_option *option)
{
    (void)user;
    if (option->name) {
        *HS_PUSH(options, n_options) = option;
    }
}

/* getopt takes any beginning of an option that is no other's. */
static bool is_option(const char *word, size_t length)
{
    for (size_t i = 0; i < n_options; i++) {
        if (strncmp(options[i]->name, word, length) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether a word that can only be an option leaves the next word alone: it is known, and takes no value. */
static bool takes_no_value(const char *word)
{
    bool is_long = word[1] == '-', takes_none = false;

    for (size_t i = 0; i < n_options; i++) {
        const struct argp_option *option = options[i];
        bool is_it = is_long ? strncmp(option->name, word + 2, strlen(word + 2)) == 0
                             : option->key == word[1] && !word[2];

        if (is_it && option->arg) {
            return false;
        }
        takes_none |= is_it;
    }
    return takes_none;
}

/* A word behind an option may be its value, however it looks. */
static bool can_be_value(int i, char **argv)
{
    return i > 1 && argv[i - 1][0] == '-' && argv[i - 1][1] && !strchr(argv[i - 1], '=') &&
           !takes_no_value(argv[i - 1]);
}

static void check_options(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        size_t length = strcspn(argv[i], "=");
        char *word, *nearest;

        if (strncmp(argv[i], "--", 2) != 0 || is_option(argv[i] + 2, length - 2) || can_be_value(i, argv)) {
            continue;
        }
        word = hs_format("%.*s", (int)length - 2, argv[i] + 2);
        nearest = command_line_nearest(word, name_of_option);
        if (nearest) {
            printable_print(stderr, "hardstop: no option --%s; did you mean --%s?\n", word, nearest);
            fprintf(stderr, "Try `%s --help' for more information.\n", argv[0]);
            free(word);
            free(nearest);
            exit(argp_err_exit_status);
        }
        free(word);
    }
}

/* The words behind "--", for command_line_tail(). */
static struct arguments tail;

/* Does the command take a setup? */
static bool takes_setup(void)
{
    for (size_t i = 0; i < n_options; i++) {
        if (strcmp(options[i]->name, "qemu") == 0) {
            return true;
        }
    }
    return false;
}

/* A program of QEMU, whatever a distribution calls it, or the name of a file with a command line. */
static bool begins_command_line(const char *word)
{
    const char *slash = strrchr(word, '/'), *name = slash ? slash + 1 : word;

    return word[0] == '@' || strncmp(name, "qemu", 4) == 0 || strcmp(name, "kvm") == 0;
}

/* How many words are before a QEMU command line, which is taken. */
static int take_tail(int argc, char **argv)
{
    for (int i = 1; takes_setup() && i + 1 < argc; i++) {
        if (strcmp(argv[i], "--") != 0 || can_be_value(i, argv)) {
            continue;
        }
        for (int k = i + 1; begins_command_line(argv[i + 1]) && k < argc; k++) {
            arguments_add(&tail, argv[k]);
        }
        return tail.n ? i : argc;
    }
    return argc;
}

const struct arguments *command_line_tail(void)
{
    return &tail;
}

void command_line_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    struct argp whole = *argp;
    char *before = option_table_before(argp), *behind = option_table_behind(argp);
    char *doc = hs_format("%s\v%s", before, behind);

    whole.doc = doc;
    option_table_walk(argp, add_option, NULL);
    for (size_t i = 0; i < HS_COUNT(common_options); i++) {
        *HS_PUSH(options, n_options) = &common_options[i];
    }
    check_options(argc, argv);
    argp_parse(&whole, take_tail(argc, argv), argv, 0, NULL, input);
    arguments_clear(&tail);
    free(doc);
    free(before);
    free(behind);
    free(options);
    options = NULL;
    n_options = 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes quotes away, and refuses what they do not explain. */
#include "harness/base/shell_split.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

/* A command that is taken apart. */
struct split {
    const char *text, *at;
    char *word; /* of the word so far; room for all that is left */
    size_t length;
    bool is_word; /* an empty one in quotes is one, too */
};

static int refuse(const struct split *split, struct hs_error *err)
{
    return hs_fail(err, (uint64_t)(split->at - split->text),
                   "only a shell knows what %c stands for here; write that, or put it into single quotes", *split->at);
}

static void take(struct split *split)
{
    split->word[split->length++] = *split->at++;
    split->is_word = true;
}

/* From one quote to the next. */
static int take_quoted(struct split *split, struct hs_error *err)
{
    const char *begin = split->at;
    char quote = *split->at++;

    split->is_word = true;
    while (*split->at && *split->at != quote) {
        if (quote == '"' && (*split->at == '$' || *split->at == '`')) {
            return refuse(split, err);
        }
        if (quote == '"' && *split->at == '\\' && split->at[1] && strchr("$`\"\\\n", split->at[1])) {
            split->at++;
            if (*split->at == '\n') {
                split->at++;
                continue;
            }
        }
        take(split);
    }
    if (!*split->at) {
        return hs_fail(err, (uint64_t)(begin - split->text), "a quote that nothing ends");
    }
    split->at++;
    return 0;
}

static void end_word(struct split *split, struct arguments *words)
{
    if (split->is_word) {
        split->word[split->length] = 0;
        arguments_add(words, split->word);
    }
    split->length = 0;
    split->is_word = false;
}

static int take_next(struct split *split, struct arguments *words, struct hs_error *err)
{
    char c = *split->at;

    if (strchr(" \t\r\n", c)) {
        end_word(split, words);
        split->at++;
    } else if (c == '\'' || c == '"') {
        return take_quoted(split, err);
    } else if (c == '#' && !split->is_word) {
        split->at += strcspn(split->at, "\n");
    } else if (strchr("$`|&;<>()", c)) {
        return refuse(split, err);
    } else if (c == '\\' && split->at[1] == '\n') {
        split->at += 2;
    } else {
        split->at += c == '\\' && split->at[1];
        take(split);
    }
    return 0;
}

int shell_split(const char *text, struct arguments *words, struct hs_error *err)
{
    struct split split = { .text = text, .at = text, .word = hs_alloc(strlen(text) + 1) };
    int result = 0;

    while (*split.at && result == 0) {
        result = take_next(&split, words, err);
    }
    if (result == 0) {
        end_word(&split, words);
    }
    free(split.word);
    return result;
}

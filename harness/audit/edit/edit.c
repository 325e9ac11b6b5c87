/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks the table of edits: names and values. */
#include "harness/audit/edit/edit.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

const char *edit_name(enum edit edit)
{
    return edit_kinds[edit].name;
}

enum edit edit_of_name(const char *name)
{
    for (unsigned i = 0; i < edit_count; i++) {
        if (strcmp(edit_kinds[i].name, name) == 0) {
            return (enum edit)i;
        }
    }
    return EDIT_MAX;
}

bool edit_changes_length(enum edit edit)
{
    return edit_kinds[edit].changes_length;
}

bool edit_fails_by_itself(enum edit edit, enum verdict verdict)
{
    return verdict == VERDICT_CRASHED || verdict == VERDICT_HUNG ||
           (edit_changes_length(edit) && (verdict == VERDICT_EQUAL || verdict == VERDICT_GARBAGE));
}

static bool is_hex(const char *text, size_t most)
{
    size_t length = strlen(text);

    return length && length % 2 == 0 && length <= 2 * most && strspn(text, "0123456789abcdef") == length;
}

static bool is_word(const char *const *words, const char *value)
{
    while (*words && strcmp(*words, value) != 0) {
        words++;
    }
    return *words != NULL;
}

bool edit_has_value(enum edit edit, const char *value)
{
    if ((unsigned)edit >= edit_count) {
        return false;
    }
    switch (edit_kinds[edit].takes) {
    case EDIT_TAKES_NOTHING:
        return !*value;
    case EDIT_TAKES_BYTES:
        return is_hex(value, EDIT_VALUE_SIZE);
    case EDIT_TAKES_MASK:
        return is_hex(value, 1);
    case EDIT_TAKES_LENGTH:
        return strlen(value) == 1 && *value >= '1' && *value <= '8';
    case EDIT_TAKES_WORD:
        return is_word(edit_kinds[edit].words, value);
    }
    return false;
}

unsigned edit_all(void)
{
    return (1u << edit_count) - 1;
}

unsigned edit_defaults(void)
{
    unsigned edits = 0;

    for (unsigned i = 0; i < edit_count; i++) {
        edits |= edit_kinds[i].by_default ? 1u << i : 0;
    }
    return edits;
}

char *edit_names(unsigned edits, const char *separator)
{
    char *names = hs_strdup("");

    for (unsigned i = 0; i < edit_count; i++) {
        if (edits & 1u << i) {
            char *longer = hs_format("%s%s%s", names, *names ? separator : "", edit_kinds[i].name);

            free(names);
            names = longer;
        }
    }
    return names;
}

void edit_sum_counts(const uint64_t counts[EDIT_MAX][VERDICT_COUNT], bool length_only, uint64_t sum[VERDICT_COUNT])
{
    memset(sum, 0, VERDICT_COUNT * sizeof(*sum));
    for (unsigned edit = 0; edit < edit_count; edit++) {
        if (length_only && !edit_kinds[edit].changes_length) {
            continue;
        }
        for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
            sum[verdict] += counts[edit][verdict];
        }
    }
}

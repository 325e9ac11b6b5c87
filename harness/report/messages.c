/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what rejections say. */
#include "harness/report/messages.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/printable.h"
#include "harness/report/grid.h"
#include "harness/report/style.h"

char *messages_names(unsigned named)
{
    char *names = NULL;

    for (unsigned i = 0; i < NAMINGS; i++) {
        if (named & NAMING_BIT(i)) {
            char *longer = names ? hs_format("%s, %s", names, naming_name((enum naming)i))
                                 : hs_strdup(naming_name((enum naming)i));

            free(names);
            names = longer;
        }
    }
    return names ? names : hs_strdup("nothing");
}

void messages_line(FILE *out, const struct audit *audit)
{
    struct audit_refusals refusals = audit_refusals(audit);
    char share[16], number[GRID_NUMBER_SIZE];

    if (!refusals.cells) {
        return;
    }
    fprintf(out, "of %s refusals", grid_number(refusals.cells, number));
    for (unsigned i = 0; i < NAMINGS; i++) {
        grid_percent(refusals.named[i], refusals.cells, share, sizeof(share));
        fprintf(out, "%s %s %% %s", i ? "," : "", share, naming_short((enum naming)i));
    }
    fputc('\n', out);
}

static const char *path_at(const struct audit *audit, uint32_t offset)
{
    const struct audit_field *field = audit_field_at(audit, offset);

    return field ? field->path : GRID_BEHIND;
}

static void print_words(FILE *out, const struct audit *audit, const struct baseline_words *words, const char *how,
                        const char *than)
{
    char *was = messages_names(words->was), *now = messages_names(words->now), number[GRID_NUMBER_SIZE];

    if (words->cells) {
        fprintf(out, "%s refusal%s %s than in %s, which fails nothing\n", grid_number(words->cells, number),
                words->cells == 1 ? "" : "s", how, than);
        printable_print(out, "  e.g. %s%s%s at %" PRIu32 ", %s: %s, was %s\n", edit_name(words->edit),
                        *words->value ? " " : "", words->value, words->offset, path_at(audit, words->offset), now, was);
    }
    free(was);
    free(now);
}

void messages_compared(FILE *out, const struct audit *audit, const struct baseline *baseline, const char *than)
{
    print_words(out, audit, &baseline->vaguer, "say less of where", than);
    print_words(out, audit, &baseline->clearer, "say more of where", than);
}

static enum style style_of(unsigned named)
{
    int rank = naming_rank(named);

    return rank < naming_rank(NAMING_BIT(NAMING_DEVICE))    ? STYLE_BAD
           : rank < naming_rank(NAMING_BIT(NAMING_SECTION)) ? STYLE_WARN
                                                            : STYLE_GOOD;
}

static void print_lines(FILE *out, const char *text)
{
    while (*text) {
        const char *end = strstr(text, NAMING_BREAK);
        size_t length = end ? (size_t)(end - text) : strlen(text);

        fputs("    | ", out);
        printable_write(out, text, length);
        fputc('\n', out);
        text += length + (end ? strlen(NAMING_BREAK) : 0);
    }
}

static void print_group(FILE *out, const struct audit *audit, const struct audit_said_group *group)
{
    char *names = messages_names(group->said->named);
    char number[GRID_NUMBER_SIZE];

    fprintf(out, "%11s  ", grid_number(group->cells, number));
    style_print(out, style_of(group->said->named), "%s", names);
    if (group->texts > 1) {
        style_print(out, STYLE_DIM, "  (%zu texts like this one)", group->texts);
    }
    fputc('\n', out);
    print_lines(out, group->said->text);
    printable_print(out, "    e.g. %s%s%s at %" PRIu32 ", %s\n", edit_name(group->run->edit),
                    *group->run->value ? " " : "", group->run->value, group->run->offset,
                    path_at(audit, group->run->offset));
    free(names);
}

void messages_table(FILE *out, const struct audit *audit)
{
    size_t n;
    struct audit_said_group *groups = audit_said_worst_first(audit, &n);

    if (!n) {
        fputs("what was said is not known of any refusal: there is none, or an older hardstop wrote the audit\n", out);
    } else {
        style_print(out, STYLE_BOLD, "    refusals  what they name of the damaged place; the worst first\n");
    }
    for (size_t i = 0; i < n; i++) {
        print_group(out, audit, &groups[i]);
    }
    free(groups);
}

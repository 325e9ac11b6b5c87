/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the loader said when it rejected, in the HTML report, and what that names of the damaged place. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/audit_said.h"
#include "harness/base/alloc.h"
#include "harness/report/html/parts.h"
#include "harness/report/messages.h"

#define SHOWN_TEXTS 200

static void print_shares(FILE *out, const struct audit_refusals *refusals)
{
    char share[16], number[GRID_NUMBER_SIZE];

    html_print(out, "<p>Of %s refusals:", grid_number(refusals->cells, number));
    for (unsigned i = 0; i < NAMINGS; i++) {
        grid_percent(refusals->named[i], refusals->cells, share, sizeof(share));
        html_print(out, "%s <span data-naming=\"%s\">%s %% %s</span>", i ? "," : "", naming_name((enum naming)i), share,
                   naming_short((enum naming)i));
    }
    fputs(".</p>\n", out);
}

static void print_text(FILE *out, const char *text)
{
    while (*text) {
        const char *end = strstr(text, NAMING_BREAK);
        char *line = hs_copy(text, end ? (size_t)(end - text) : strlen(text));

        html_print(out, end ? "%s<br>" : "%s", line);
        text += strlen(line) + (end ? strlen(NAMING_BREAK) : 0);
        free(line);
    }
}

static void print_group(FILE *out, const struct audit *audit, const struct audit_said_group *group)
{
    const struct audit_field *field = audit_field_at(audit, group->run->offset);
    char *names = messages_names(group->said->named);
    char number[GRID_NUMBER_SIZE];

    html_print(out, "<tr><td>%s</td><td>%s</td><td>", grid_number(group->cells, number), names);
    print_text(out, group->said->text);
    if (group->texts > 1) {
        html_print(out, " <span class=\"hint\">(%zu texts like this one)</span>", group->texts);
    }
    fputs("</td><td>", out);
    html_damage(out, group->run->edit, group->run->value);
    html_print(out, " at %u, <code>%s</code></td></tr>\n", group->run->offset, field ? field->path : GRID_BEHIND);
    free(names);
}

static void print_judged(FILE *out, const struct audit *audit)
{
    struct audit_refusals refusals = audit_refusals(audit);
    size_t n;
    struct audit_said_group *groups = audit_said_worst_first(audit, &n);

    print_shares(out, &refusals);
    html_print(out, "<details><summary>%zu kinds of text, those first that name least</summary>\n"
               "<div class=\"scroll\"><table class=\"said\"><thead><tr><th scope=\"col\">damages</th>"
               "<th scope=\"col\">names</th><th scope=\"col\">text</th><th scope=\"col\">for example</th></tr></thead>"
               "<tbody>\n", n);
    for (size_t i = 0; i < n && i < SHOWN_TEXTS; i++) {
        print_group(out, audit, &groups[i]);
    }
    if (n > SHOWN_TEXTS) {
        html_print(out, "<tr><td></td><td></td><td>%zu more kinds</td><td></td></tr>\n", n - SHOWN_TEXTS);
    }
    fputs("</tbody></table></div></details>\n", out);
    free(groups);
}

struct said {
    const char *text;
    uint64_t cells;
};

static int by_text(const void *left, const void *right)
{
    return strcmp(((const struct said *)left)->text, ((const struct said *)right)->text);
}

static int by_cells(const void *left, const void *right)
{
    const struct said *a = left, *b = right;

    return a->cells != b->cells ? (a->cells > b->cells ? -1 : 1) : strcmp(a->text, b->text);
}

/* The distinct texts of rejections, the most frequent first; free them. */
static struct said *texts_of(const struct audit *audit, size_t *n)
{
    struct said *said = hs_alloc((audit->n_runs + 1) * sizeof(*said));
    size_t kept = 0, all = 0;

    for (size_t i = 0; i < audit->n_runs; i++) {
        if (audit->runs[i].verdict == VERDICT_REJECTED) {
            said[all++] = (struct said){ audit->runs[i].message, audit->runs[i].count };
        }
    }
    qsort(said, all, sizeof(*said), by_text);
    for (size_t i = 0; i < all; i++) {
        if (kept && strcmp(said[kept - 1].text, said[i].text) == 0) {
            said[kept - 1].cells += said[i].cells;
        } else {
            said[kept++] = said[i];
        }
    }
    qsort(said, kept, sizeof(*said), by_cells);
    *n = kept;
    return said;
}

/* Of an audit of an older hardstop, which kept the first lines alone. */
static void print_texts(FILE *out, const struct audit *audit)
{
    size_t n;
    struct said *said = texts_of(audit, &n);
    uint64_t left = 0;
    char number[GRID_NUMBER_SIZE];

    html_print(out, "<details><summary>%zu distinct text%s of rejections</summary>\n<div class=\"scroll\">"
               "<table class=\"said\"><thead><tr><th scope=\"col\">damages</th><th scope=\"col\">text</th></tr>"
               "</thead><tbody>\n", n, n == 1 ? "" : "s");
    for (size_t i = 0; i < n; i++) {
        if (i < SHOWN_TEXTS) {
            html_print(out, "<tr><td>%s</td><td>%s</td></tr>\n", grid_number(said[i].cells, number),
                       *said[i].text ? said[i].text : "(nothing)");
        } else {
            left += said[i].cells;
        }
    }
    if (left) {
        html_print(out, "<tr><td>%s</td><td>%zu more texts</td></tr>\n", grid_number(left, number), n - SHOWN_TEXTS);
    }
    fputs("</tbody></table></div></details>\n", out);
    free(said);
}

void html_said(const struct html_page *page)
{
    FILE *out = page->out;

    fputs("<section id=\"said\">\n<h2>What was said</h2>\n", out);
    for (size_t side = 0; side < page->n_sides; side++) {
        const struct html_side *shown = &page->sides[side];

        if (shown->label) {
            html_print(out, "<h3>%s</h3>\n", shown->label);
        }
        (shown->audit->n_said ? print_judged : print_texts)(out, shown->audit);
    }
    fputs("</section>\n</main>\n", out);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The distinct findings of the HTML report, each with its command. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/report/html/parts.h"

/* The findings of an audit, by signature. */
struct index {
    const struct audit_finding **findings;
    size_t n;
};

static int by_signature(const void *left, const void *right)
{
    const struct audit_finding *a = *(const struct audit_finding *const *)left;
    const struct audit_finding *b = *(const struct audit_finding *const *)right;
    uint64_t x = a->finding.signature, y = b->finding.signature;

    /* Of one signature, the first is found. */
    return x != y ? (x > y) - (x < y) : (a > b) - (a < b);
}

static struct index index_of(const struct audit *audit)
{
    struct index index = { .n = 0 };

    for (size_t i = 0; audit && i < audit->n_findings; i++) {
        *HS_PUSH(index.findings, index.n) = &audit->findings[i];
    }
    if (index.n) {
        qsort(index.findings, index.n, sizeof(*index.findings), by_signature);
    }
    return index;
}

static const struct audit_finding *find_same(const struct index *index, uint64_t signature)
{
    size_t low = 0, high = index->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (index->findings[middle]->finding.signature < signature) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < index->n && index->findings[low]->finding.signature == signature ? index->findings[low] : NULL;
}

static void print_command(FILE *out, const struct audit *audit, const struct audit_finding *found)
{
    char *command = finding_command("hardstop", audit->setup, found->path);

    if (!*found->path) {
        fputs("<p class=\"none\">No case file was kept.</p>\n", out);
    } else {
        html_print(out, "<div class=\"command\"><code>%s</code>"
                   "<button type=\"button\" class=\"script-only\">copy</button></div>\n", command);
    }
    free(command);
}

static void print_where(const struct html_page *page, const struct finding *finding)
{
    size_t index = html_field_index(page, finding->field);
    FILE *out = page->out;

    html_print(out, "<span class=\"where\">%s", finding->device);
    if (*finding->field) {
        html_print(out, "%s", *finding->device ? " \xc2\xb7 " : "");
        html_print(out, index == SIZE_MAX ? "<code>%s</code>" : "<a href=\"#field-%s\"><code>%s</code></a>",
                   index == SIZE_MAX ? finding->field : page->fields[index].slug, finding->field);
    }
    fputs("</span>", out);
}

/* `which`: the audit that has it. */
static void print_finding(const struct html_page *page, const struct audit_finding *found, size_t which,
                          const struct index indexes[2])
{
    const struct finding *finding = &found->finding;
    const struct audit_finding *also = find_same(&indexes[!which], finding->signature);
    char number[GRID_NUMBER_SIZE];
    FILE *out = page->out;

    html_print(out, "<li class=\"finding\" data-verdict=\"%s\"><p class=\"title\">", verdict_name(finding->verdict));
    html_chip(out, finding->verdict);
    html_print(out, "<b>%s</b> ", verdict_name(finding->verdict));
    print_where(page, finding);
    if (page->n_sides > 1) {
        html_print(out, " <span class=\"tag\">%s%s</span>", also ? "in both" : "only ", also ? ""
                   : page->sides[which].label);
    }
    html_print(out, "</p>\n<p class=\"message\">%s</p>\n<p class=\"detail\"><span>breaks <code>%s</code></span> "
               "<span>%s damage%s</span> <span>first: ", finding->message, finding->property,
               grid_number(found->cells, number), found->cells == 1 ? "" : "s");
    html_damage(out, found->edit, found->value);
    html_print(out, " at offset %u</span>", found->offset);
    if (also) {
        html_print(out, " <span>%s: %s damage%s</span>", page->sides[!which].label, grid_number(also->cells, number),
                   also->cells == 1 ? "" : "s");
    }
    if (*finding->source) {
        html_print(out, " <span>in <code>%s</code></span>", finding->source);
    }
    fputs("</p>\n", out);
    print_command(out, page->sides[which].audit, found);
    fputs("</li>\n", out);
}

/* A finding, and which audit it is taken from. */
struct entry {
    const struct audit_finding *found;
    size_t side;
};

static int by_severity(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;

    return finding_compare(&a->found->finding, &b->found->finding);
}

/* Those of both audits, each once; free them. */
static struct entry *entries_of(const struct html_page *page, const struct index indexes[2], size_t *n)
{
    struct entry *entries = NULL;

    *n = 0;
    for (size_t side = 0; side < page->n_sides; side++) {
        const struct audit *audit = page->sides[side].audit;

        for (size_t i = 0; i < audit->n_findings; i++) {
            if (!side || !find_same(&indexes[0], audit->findings[i].finding.signature)) {
                *HS_PUSH(entries, *n) = (struct entry){ &audit->findings[i], side };
            }
        }
    }
    if (*n) {
        qsort(entries, *n, sizeof(*entries), by_severity);
    }
    return entries;
}

void html_findings(const struct html_page *page)
{
    struct index indexes[2] = { index_of(page->sides[0].audit), index_of(page->sides[1].audit) };
    size_t n;
    struct entry *entries = entries_of(page, indexes, &n);

    html_print(page->out, "<section id=\"findings\">\n<h2>Findings <span class=\"n\">%zu</span></h2>\n"
               "<p class=\"hint\">Cells that a developer would mend in one place are one finding.</p>\n", n);
    fputs(n ? "<ol class=\"findings\">\n" : "<p>None.</p>\n", page->out);
    for (size_t i = 0; i < n; i++) {
        print_finding(page, entries[i].found, entries[i].side, indexes);
    }
    fputs(n ? "</ol>\n</section>\n" : "</section>\n", page->out);
    free(entries);
    free(indexes[0].findings);
    free(indexes[1].findings);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two audits in the HTML report: which damages have another verdict in the second. */
#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/audit/audit_differences.h"
#include "harness/audit/baseline.h"
#include "harness/report/html/parts.h"

#define SHOWN_CHANGES 12 /* the rest can be unfolded */

/* Both directions: what is worse in the first beside the second is better in the second. */
struct change {
    const struct html_side *side; /* whose cells they are */
    const struct baseline *baseline;
    const char *head, *word;
    bool worse;
};

/* A field's cells that changed. */
struct line {
    size_t field;
    uint64_t cells;
    uint64_t now[VERDICT_COUNT], was[VERDICT_COUNT + 1];
    uint32_t first;
};

static int by_cells(const void *left, const void *right)
{
    const struct line *a = left, *b = right;

    return a->cells != b->cells ? (a->cells > b->cells ? -1 : 1) : (a->field > b->field) - (a->field < b->field);
}

struct counting {
    const struct html_side *side;
    struct line *lines;
    enum verdict was;
};

static void count(struct grid_group *group, const struct audit_run *run, uint32_t offset, uint32_t cells, void *user)
{
    struct counting *counting = user;
    struct line *line = &counting->lines[counting->side->fields[group - counting->side->groups.groups]];

    line->first = line->cells && line->first < offset ? line->first : offset;
    line->cells += cells;
    line->now[run->verdict] += cells;
    line->was[counting->was] += cells;
}

/* By field of the page, the most cells first; free it. */
static struct line *lines_of(const struct html_page *page, const struct change *change)
{
    struct counting counting = { .side = change->side,
                                 .lines = hs_alloc((page->n_fields + 1) * sizeof(struct line)) };

    for (size_t i = 0; i < page->n_fields; i++) {
        counting.lines[i].field = i;
    }
    for (size_t i = 0; i < change->baseline->n_runs; i++) {
        const struct baseline_run *changed = &change->baseline->runs[i];
        struct audit_run run = { changed->edit, changed->value, changed->offset, changed->count, changed->now,
                                 changed->message };

        /* What the later audit did not try, or could not judge, is no better for that. */
        if (!change->worse && (changed->was == VERDICT_COUNT || changed->was == VERDICT_UNKNOWN)) {
            continue;
        }
        counting.was = changed->was;
        grid_each_piece(&change->side->groups, change->side->audit, &run, count, &counting);
    }
    qsort(counting.lines, page->n_fields, sizeof(*counting.lines), by_cells);
    return counting.lines;
}

static void print_line(const struct html_page *page, const struct change *change, const struct line *line)
{
    const struct html_field *field = &page->fields[line->field];
    char number[GRID_NUMBER_SIZE];
    FILE *out = page->out;

    html_print(out, "<tr><td>%s</td><td><a href=\"#field-%s\"><code>%s</code></a></td><td>",
               grid_number(line->cells, number), field->slug, field->name);
    html_counts(out, change->worse ? line->was : line->now);
    if (line->was[VERDICT_COUNT] && change->worse) {
        html_print(out, "%s not tried", grid_number(line->was[VERDICT_COUNT], number));
    }
    fputs("</td><td>", out);
    html_counts(out, change->worse ? line->now : line->was);
    html_print(out, "</td><td>%u</td></tr>\n", line->first);
}

static void print_lines(const struct html_page *page, const struct change *change, const struct line *lines, size_t n)
{
    html_print(page->out, "<div class=\"scroll\"><table class=\"changes\"><thead><tr><th scope=\"col\">damages</th>"
               "<th scope=\"col\">field</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
               "<th scope=\"col\">first offset</th></tr></thead><tbody>\n", page->sides[0].label,
               page->sides[1].label);
    for (size_t i = 0; i < n; i++) {
        print_line(page, change, &lines[i]);
    }
    fputs("</tbody></table></div>\n", page->out);
}

static void print_change(const struct html_page *page, const struct change *change)
{
    struct line *lines = lines_of(page, change);
    char number[GRID_NUMBER_SIZE];
    uint64_t cells = 0;
    size_t n = 0;

    while (n < page->n_fields && lines[n].cells) {
        n++;
    }
    for (size_t i = 0; i < n; i++) {
        cells += lines[i].cells;
    }
    html_print(page->out, "<h3>%s <span class=\"n\" data-changes=\"%s\">%s</span></h3>\n", change->head,
               change->word, grid_number(cells, number));
    if (!n) {
        fputs("<p>Nothing.</p>\n", page->out);
    } else {
        print_lines(page, change, lines, n < SHOWN_CHANGES ? n : SHOWN_CHANGES);
    }
    if (n > SHOWN_CHANGES) {
        html_print(page->out, "<details><summary>%zu more fields</summary>\n", n - SHOWN_CHANGES);
        print_lines(page, change, lines + SHOWN_CHANGES, n - SHOWN_CHANGES);
        fputs("</details>\n", page->out);
    }
    free(lines);
}

/* What else differs than the verdicts. */
static void print_differences(const struct html_page *page)
{
    const struct audit *first = page->sides[0].audit, *second = page->sides[1].audit;
    char *setup = audit_setup_differences(second, first), *choice = audit_choice_differences(second, first);

    if (setup || choice) {
        html_print(page->out, "<p class=\"differences\">In the second: %s%s%s.</p>\n", setup ? setup : "",
                   setup && choice ? "; " : "", choice ? choice : "");
    }
    free(setup);
    free(choice);
}

void html_changes(const struct html_page *page)
{
    const struct audit *first = page->sides[0].audit, *second = page->sides[1].audit;
    struct baseline worse = { 0 }, better = { 0 };
    char number[GRID_NUMBER_SIZE];
    struct hs_error err;

    if (page->n_sides < 2) {
        return;
    }
    html_print(page->out, "<section id=\"changes\">\n<h2>From \xe2\x80\x9c%s\xe2\x80\x9d to \xe2\x80\x9c%s\xe2\x80\x9d"
               "</h2>\n", page->sides[0].label, page->sides[1].label);
    print_differences(page);
    if (baseline_compare(second, first, &worse, &err) < 0 || baseline_compare(first, second, &better, &err) < 0) {
        html_print(page->out, "<p>%s</p>\n</section>\n", err.text);
    } else {
        struct change changes[] = { { &page->sides[1], &worse, "Got worse", "worse", true },
                                    { &page->sides[0], &better, "Got better", "better", false } };

        html_print(page->out, "<p class=\"hint\">Compared damage by damage, field by field: %s have the same "
                   "verdict in both.</p>\n", grid_number(worse.same, number));
        print_change(page, &changes[0]);
        print_change(page, &changes[1]);
        fputs("</section>\n", page->out);
    }
    baseline_clear(&worse);
    baseline_clear(&better);
}

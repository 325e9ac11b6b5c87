/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of the HTML report: where each is, its verdicts, and the damages to it that passed. */
#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/report/html/parts.h"

#define SHOWN_PIECES 24
#define SHOWN_RANGES 12

/* A part of a run that lies in one field and was not rejected. */
struct piece {
    size_t group;
    const struct audit_run *run;
    uint32_t offset, cells;
};

struct pieces {
    const struct grid_groups *groups;
    struct piece *pieces;
    size_t n;
};

static void keep_piece(struct grid_group *group, const struct audit_run *run, uint32_t offset, uint32_t cells,
                       void *user)
{
    struct pieces *pieces = user;

    *HS_PUSH(pieces->pieces, pieces->n) = (struct piece){ group - pieces->groups->groups, run, offset, cells };
}

static int by_place(const void *left, const void *right)
{
    const struct piece *a = left, *b = right;
    int order = (a->group > b->group) - (a->group < b->group);

    order = order ? order : grid_severity(b->run->verdict) - grid_severity(a->run->verdict);
    order = order ? order : (a->offset > b->offset) - (a->offset < b->offset);
    return order ? order : (a->run > b->run) - (a->run < b->run);
}

static struct pieces pieces_of(const struct html_side *side)
{
    struct pieces pieces = { .groups = &side->groups };

    for (size_t i = 0; i < side->audit->n_runs; i++) {
        if (side->audit->runs[i].verdict != VERDICT_REJECTED) {
            grid_each_piece(&side->groups, side->audit, &side->audit->runs[i], keep_piece, &pieces);
        }
    }
    if (pieces.n) {
        qsort(pieces.pieces, pieces.n, sizeof(*pieces.pieces), by_place);
    }
    return pieces;
}

static void print_piece(FILE *out, const struct audit *audit, const struct piece *piece)
{
    const struct audit_field *field = audit_field_at(audit, piece->offset);

    fputs("<tr><td>", out);
    html_range(out, piece->offset, piece->cells);
    html_print(out, "</td><td><code>%s</code></td><td>", field ? field->path : GRID_BEHIND);
    html_damage(out, piece->run->edit, piece->run->value);
    fputs("</td><td>", out);
    html_chip(out, piece->run->verdict);
    html_print(out, "%s</td><td>%s</td></tr>\n", verdict_name(piece->run->verdict), piece->run->message);
}

static void print_passed(FILE *out, const struct audit *audit, const struct pieces *pieces, size_t group)
{
    size_t first = 0, end, shown;

    for (size_t low = 0, high = pieces->n; low < high;) {
        size_t middle = low + (high - low) / 2;

        if (pieces->pieces[middle].group < group) {
            first = low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (end = first; end < pieces->n && pieces->pieces[end].group == group;) {
        end++;
    }
    if (end == first) {
        return;
    }
    shown = end - first < SHOWN_PIECES ? end - first : SHOWN_PIECES;
    fputs("<div class=\"scroll\"><table class=\"passed\"><caption>Not rejected</caption><thead><tr>"
          "<th scope=\"col\">offset</th><th scope=\"col\">field</th><th scope=\"col\">damage</th>"
          "<th scope=\"col\">verdict</th><th scope=\"col\">message</th></tr></thead><tbody>\n", out);
    for (size_t i = first; i < first + shown; i++) {
        print_piece(out, audit, &pieces->pieces[i]);
    }
    if (end - first > shown) {
        html_print(out, "<tr><td colspan=\"5\">and %zu more place%s</td></tr>\n", end - first - shown,
                   end - first - shown == 1 ? "" : "s");
    }
    fputs("</tbody></table></div>\n", out);
}

static void print_place(FILE *out, uint32_t start, uint32_t size, size_t n)
{
    if (n <= SHOWN_RANGES) {
        fputs(n == 1 ? "Offset " : ", ", out);
        html_range(out, start, size);
    }
}

/* Elements that touch are one place. */
static void print_places(FILE *out, const struct html_side *side, const struct grid_group *group)
{
    const struct audit *audit = side->audit;
    const struct audit_field *field = audit_field_at(audit, group->offset);
    uint32_t start = group->offset, size = 0;
    size_t places = 0;

    fputs("<p class=\"places\">", out);
    for (uint32_t left = group->fields; left; left--) {
        if (start + size != field->offset) {
            print_place(out, start, size, ++places);
            start = field->offset;
            size = 0;
        }
        size += field->size;
        field = &audit->fields[side->groups.next_field[field - audit->fields]];
    }
    if (size) {
        print_place(out, start, size, ++places);
    }
    html_print(out, places > SHOWN_RANGES ? " and %zu more place%s</p>\n" : "</p>\n", places - SHOWN_RANGES,
               places - SHOWN_RANGES == 1 ? "" : "s");
}

static void print_summary(const struct html_page *page, const struct html_field *field)
{
    const struct grid_group *any = field->groups[0] ? field->groups[0] : field->groups[1];
    FILE *out = page->out;
    int worst = GRID_UNTESTED;

    for (size_t i = 0; i < page->n_sides; i++) {
        if (field->groups[i] && grid_severity(field->groups[i]->worst_all) > grid_severity(worst)) {
            worst = field->groups[i]->worst_all;
        }
    }
    fputs("<summary>", out);
    html_chip(out, worst);
    html_print(out, "<code class=\"path\">%s</code> <span class=\"place\">at %u", field->name, any->offset);
    html_print(out, any->fields > 1 ? " \xc2\xb7 %u elements" : "", any->fields);
    html_print(out, any->bytes ? " \xc2\xb7 %u byte%s" : "", any->bytes, any->bytes == 1 ? "" : "s");
    fputs("</span> <span class=\"sums\">", out);
    for (size_t i = 0; i < page->n_sides; i++) {
        uint64_t sum[VERDICT_COUNT] = { 0 };

        if (field->groups[i]) {
            edit_sum_counts(field->groups[i]->counts, false, sum);
        }
        fputs("<span class=\"of-side\">", out);
        if (page->sides[i].label) {
            html_print(out, "<span class=\"label\">%s</span> ", page->sides[i].label);
        }
        html_counts(out, sum);
        fputs("</span>", out);
    }
    fputs("</span></summary>\n", out);
}

static void print_field(const struct html_page *page, const struct html_field *field, const struct pieces *pieces)
{
    html_print(page->out, "<details class=\"field\" id=\"field-%s\">", field->slug);
    print_summary(page, field);
    fputs("<div class=\"body\">\n", page->out);
    for (size_t i = 0; i < page->n_sides; i++) {
        const struct html_side *side = &page->sides[i];

        if (!field->groups[i]) {
            continue;
        }
        print_places(page->out, side, field->groups[i]);
        html_table(page->out, field->groups[i]->counts, side->label ? side->label : "Verdicts");
        print_passed(page->out, side->audit, &pieces[i], field->groups[i] - side->groups.groups);
    }
    fputs("</div></details>\n", page->out);
}

/* By the worst of what changes the length, in either audit. */
static const struct grid_group *worse_of(const struct html_field *field)
{
    const struct grid_group *a = field->groups[0], *b = field->groups[1];

    if (!a || !b) {
        return a ? a : b;
    }
    if (a->worst != b->worst) {
        return grid_severity(a->worst) > grid_severity(b->worst) ? a : b;
    }
    return b->passed > a->passed ? b : a;
}

static int by_badness(const void *left, const void *right)
{
    const struct html_field *const *x = left, *const *y = right;
    int order = grid_compare_groups(worse_of(*x), worse_of(*y));

    return order ? order : *x < *y ? -1 : *x > *y;
}

static bool is_clean(const struct html_field *field)
{
    for (size_t i = 0; i < 2; i++) {
        if (field->groups[i] && grid_severity(field->groups[i]->worst_all) > grid_severity(VERDICT_REJECTED)) {
            return false;
        }
    }
    return true;
}

void html_fields(const struct html_page *page)
{
    const struct html_field **order = hs_alloc((page->n_fields + 1) * sizeof(*order));
    struct pieces pieces[2] = { 0 };
    size_t clean = 0;
    FILE *out = page->out;

    for (size_t i = 0; i < page->n_sides; i++) {
        pieces[i] = pieces_of(&page->sides[i]);
    }
    for (size_t i = 0; i < page->n_fields; i++) {
        order[i] = &page->fields[i];
        clean += is_clean(order[i]);
    }
    qsort(order, page->n_fields, sizeof(*order), by_badness);
    html_print(out, "<section id=\"fields\">\n<h2>Field by field <span class=\"n\">%zu</span></h2>\n<p class=\"hint\">"
               "Elements of an array count together. The worst come first, by damages that change the length; "
               "the numbers are of all damages.</p>\n", page->n_fields);
    for (size_t i = 0; i < page->n_fields; i++) {
        if (!is_clean(order[i])) {
            print_field(page, order[i], pieces);
        }
    }
    if (clean) {
        html_print(out, "<details class=\"clean\"><summary>%zu field%s where every damage was rejected</summary>\n",
                   clean, clean == 1 ? "" : "s");
        for (size_t i = 0; i < page->n_fields; i++) {
            if (is_clean(&page->fields[i])) {
                print_field(page, &page->fields[i], pieces);
            }
        }
        fputs("</details>\n", out);
    }
    fputs("</section>\n", out);
    free(pieces[0].pieces);
    free(pieces[1].pieces);
    free(order);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small pieces that parts of the HTML report are made of. */
#include "harness/report/html/pieces.h"

#include <string.h>

#include "harness/report/grid.h"
#include "harness/report/html/text.h"

const char *const html_meanings[VERDICT_COUNT] = {
    [VERDICT_REJECTED] = "an error was returned and the loader is alive: a hard stop",
    [VERDICT_EQUAL] = "accepted, and the state is the same as without the damage",
    [VERDICT_GARBAGE] = "accepted, and the guest would run on with wrong values",
    [VERDICT_HUNG] = "no answer in time",
    [VERDICT_CRASHED] = "the loader ended: a signal, an abort, an exit",
    [VERDICT_UNKNOWN] = "hardstop could not tell; never counted as rejected",
};

void html_chip(FILE *out, int verdict)
{
    const char *name = verdict == GRID_UNTESTED ? "untested" : verdict_name((enum verdict)verdict);

    html_print(out, verdict == GRID_UNTESTED ? "<span class=\"chip %s\" aria-hidden=\"true\">&#160;</span>"
                                             : "<span class=\"chip %s\" aria-hidden=\"true\">%c</span>",
               name, grid_letter(verdict));
}

void html_counts(FILE *out, const uint64_t counts[VERDICT_COUNT])
{
    char number[GRID_NUMBER_SIZE];

    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        enum verdict verdict = grid_order[i];

        if (counts[verdict]) {
            fputs("<span class=\"count\">", out);
            html_chip(out, verdict);
            html_print(out, "%s <span class=\"word\">%s</span></span> ", grid_number(counts[verdict], number),
                       verdict_name(verdict));
        }
    }
}

static void print_row(FILE *out, const char *name, const uint64_t counts[VERDICT_COUNT], const char *row_class)
{
    uint64_t cells = 0;
    char number[GRID_NUMBER_SIZE], share[16];

    html_print(out, "<tr class=\"%s\" data-edit=\"%s\"><th scope=\"row\">%s</th>", row_class, name, name);
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        uint64_t count = counts[grid_order[i]];

        cells += count;
        html_print(out, "<td class=\"%s\" data-verdict=\"%s\">%s</td>", count ? "some" : "none",
                   verdict_name(grid_order[i]), grid_number(count, number));
    }
    grid_percent(counts[VERDICT_REJECTED], cells, share, sizeof(share));
    html_print(out, "<td class=\"share\">%s %%</td></tr>\n", share);
}

static bool has_cells(const uint64_t counts[VERDICT_COUNT])
{
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
        if (counts[verdict]) {
            return true;
        }
    }
    return false;
}

/* A row for each edit that has cells and does, or does not, change the length.  Returns how many. */
static size_t print_rows(FILE *out, const uint64_t counts[EDIT_MAX][VERDICT_COUNT], bool length)
{
    size_t rows = 0;

    for (unsigned edit = 0; edit < edit_count; edit++) {
        if (edit_kinds[edit].changes_length == length && has_cells(counts[edit])) {
            print_row(out, edit_name((enum edit)edit), counts[edit], length ? "length" : "value");
            rows++;
        }
    }
    return rows;
}

void html_table(FILE *out, const uint64_t counts[EDIT_MAX][VERDICT_COUNT], const char *caption)
{
    uint64_t sum[VERDICT_COUNT];

    html_print(out, "<div class=\"scroll\"><table class=\"numbers\"><caption>%s</caption><thead><tr>"
               "<th scope=\"col\">damage</th>", caption);
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        html_print(out, "<th scope=\"col\" title=\"%s\">", html_meanings[grid_order[i]]);
        html_chip(out, grid_order[i]);
        html_print(out, "<span class=\"word\">%s</span></th>", verdict_name(grid_order[i]));
    }
    fputs("<th scope=\"col\">hard stop</th></tr></thead><tbody>\n", out);
    if (print_rows(out, counts, true) > 1) {
        edit_sum_counts(counts, true, sum);
        print_row(out, "length, in all", sum, "sum");
    }
    print_rows(out, counts, false);
    fputs("</tbody></table></div>\n", out);
}

void html_wide_begin(FILE *out, const char *label, const char *table_class)
{
    html_print(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">"
               "<table class=\"wide %s\">\n", label, table_class);
}

void html_wide_end(FILE *out)
{
    fputs("</table></div>\n", out);
}

void html_damage(FILE *out, enum edit edit, const char *value)
{
    bool is_length = edit_kinds[edit].takes == EDIT_TAKES_LENGTH;

    html_print(out, is_length ? "%s %s byte%s" : *value ? "%s %s%s" : "%s%s%s", edit_name(edit), value,
               is_length && strcmp(value, "1") != 0 ? "s" : "");
}

void html_range(FILE *out, uint32_t offset, uint32_t count)
{
    html_print(out, count > 1 ? "%u\xe2\x80\x93%u" : "%u", offset, offset + count - 1);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The top of the HTML report: what share is hard-stopped, of what, and the table of edits by verdict. */
#include <string.h>

#include "harness/base/check.h"
#include "harness/report/html/page.h"
#include "harness/wire/map.h"

static const char *const meanings[VERDICT_COUNT] = {
    [VERDICT_REJECTED] = "an error was returned and the loader is alive: a hard stop",
    [VERDICT_EQUAL] = "accepted, and the state is the same as without the damage",
    [VERDICT_GARBAGE] = "accepted, and the guest would run on with wrong values",
    [VERDICT_HUNG] = "no answer in time",
    [VERDICT_CRASHED] = "the loader ended: a signal, an abort, an exit",
    [VERDICT_UNKNOWN] = "the harness could not tell; never counted as rejected",
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
        html_print(out, "<th scope=\"col\" title=\"%s\">", meanings[grid_order[i]]);
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

/* Each part at least wide enough to be seen. */
static void print_bar(FILE *out, const uint64_t counts[VERDICT_COUNT], uint64_t cells)
{
    fputs("<div class=\"bar\" aria-hidden=\"true\">", out);
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        enum verdict verdict = grid_order[i];

        if (counts[verdict]) {
            html_print(out, "<span class=\"%s\" style=\"flex-grow:%u\"></span>", verdict_name(verdict),
                       (unsigned)(counts[verdict] * 10000 / cells));
        }
    }
    fputs("</div>\n", out);
}

static void print_sentence(FILE *out, const struct audit *audit, const uint64_t counts[VERDICT_COUNT],
                           uint64_t cells)
{
    char number[GRID_NUMBER_SIZE];

    html_print(out, "<p class=\"meaning\"><b>%s</b> damages took bytes from the %s or added some. "
               "<b>%s</b> of them were refused, as they should be.", grid_number(cells, number),
               *audit->section ? "section" : "stream",
               grid_number(counts[VERDICT_REJECTED], (char[GRID_NUMBER_SIZE]){ 0 }));
    if (counts[VERDICT_REJECTED] == cells) {
        fputs(" Nothing passed.</p>\n", out);
        return;
    }
    fputs(" The rest:</p>\n<ul class=\"rest\">\n", out);
    for (size_t i = 1; i < VERDICT_COUNT; i++) {
        enum verdict verdict = grid_order[i];

        if (counts[verdict]) {
            fputs("<li>", out);
            html_chip(out, verdict);
            html_print(out, "<span><b>%s %s</b>: %s</span></li>\n", grid_number(counts[verdict], number),
                       verdict_name(verdict), meanings[verdict]);
        }
    }
    fputs("</ul>\n", out);
}

static void print_share(const struct html_page *page, const struct html_side *side)
{
    uint64_t stopped, cells, sum[VERDICT_COUNT];
    char share[16];

    fputs("<div class=\"card\">\n", page->out);
    if (side->label) {
        html_print(page->out, "<h2>%s</h2>\n", side->label);
    }
    audit_hard_stops(side->audit, &stopped, &cells);
    if (!cells) {
        fputs("<p class=\"meaning\">No damage that changes the length was tried.</p></div>\n", page->out);
        return;
    }
    grid_percent(stopped, cells, share, sizeof(share));
    html_print(page->out, "<p class=\"headline\"><span class=\"big\">%s&#8239;%%</span> hard-stopped</p>\n", share);
    edit_sum_counts(side->audit->counts, true, sum);
    print_bar(page->out, sum, cells);
    print_sentence(page->out, side->audit, sum, cells);
    fputs("</div>\n", page->out);
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

#define SHOWN_VALUES 8

/* The values of each edit; runs stand by edit and value. */
static void print_tried(FILE *out, const struct audit *audit)
{
    const struct audit_run *last = NULL;
    size_t values = 0;

    for (size_t i = 0; i <= audit->n_runs; i++) {
        const struct audit_run *run = i < audit->n_runs ? &audit->runs[i] : NULL;

        if (last && (!run || run->edit != last->edit)) {
            html_print(out, values > SHOWN_VALUES ? " and %zu more</li>" : "</li>", values - SHOWN_VALUES);
            values = 0;
        }
        if (run && (!values || strcmp(run->value, last->value) != 0)) {
            if (!values++) {
                html_print(out, "<li><b>%s</b>%s", edit_name(run->edit), *run->value ? " " : "");
            }
            if (values <= SHOWN_VALUES) {
                html_print(out, values > 1 ? ", %s" : "%s", run->value);
            }
        }
        last = run;
    }
}

static const char *framing_of(const struct audit *audit)
{
    const Hardstop__Setup *setup = audit->setup;

    return !setup->has_framing                             ? "as the machine type has it"
           : setup->framing == HARDSTOP__FRAMING__LEGACY ? "legacy: no footer tells where a section ends"
                                                           : "footer: a mark behind each section";
}

static void print_facts(const struct html_page *page, const struct html_side *side)
{
    const struct audit *audit = side->audit;
    const Hardstop__Setup *setup = audit->setup;
    char number[GRID_NUMBER_SIZE];
    FILE *out = page->out;

    fputs("<dl class=\"facts\">\n", out);
    html_print(out, "<div><dt>%s</dt><dd><code>%s</code> %s bytes</dd></div>\n",
               *audit->section ? "Section" : "Audited", *audit->section ? audit->section : "whole stream",
               grid_number(audit->bytes, number));
    html_print(out, "<div><dt>Loader</dt><dd>%s <code>%s</code></dd></div>\n", audit->loader,
               setup->binary ? setup->binary : "");
    html_print(out, "<div><dt>Machine</dt><dd><code>%s</code></dd></div>\n", setup->machine ? setup->machine : "");
    fputs("<div><dt>Devices</dt><dd>", out);
    for (size_t i = 0; i < setup->n_device; i++) {
        html_print(out, "%s<code>%s</code>", i ? " " : "", setup->device[i]);
    }
    html_print(out, "</dd></div>\n<div><dt>Framing</dt><dd>%s</dd></div>\n", framing_of(audit));
    html_print(out, "<div><dt>Damages</dt><dd><ul class=\"tried\">");
    print_tried(out, audit);
    html_print(out, "</ul></dd></div>\n<div><dt>Loads</dt><dd>%s different streams</dd></div>\n",
               grid_number(audit->streams, number));
    fputs("</dl>\n", out);
}

void html_headline(const struct html_page *page)
{
    char device[64];
    const char *section = page->sides[0].audit->section;

    map_device_of(section, strlen(section), device, sizeof(device));
    html_print(page->out, "<header>\n<p class=\"name\">Hardstop audit</p>\n"
               "<h1>Is a damaged <em>%s</em> noticed?</h1>\n"
               "<p class=\"about\">Each of its bytes was damaged in each of the ways below, one damage at a time, and "
               "the result given to a real migration loader. A hard stop is an error before the guest runs.</p>\n"
               "</header>\n<main>\n",
               *device ? device : *section ? section : "migration stream");
    html_print(page->out, "<section class=\"sides n%zu\" id=\"headline\" aria-label=\"Result\">\n", page->n_sides);
    for (size_t i = 0; i < page->n_sides; i++) {
        fputs("<div class=\"side\">\n", page->out);
        print_share(page, &page->sides[i]);
        print_facts(page, &page->sides[i]);
        fputs("</div>\n", page->out);
    }
    html_print(page->out, "</section>\n<section id=\"edits\">\n<h2>Damages and verdicts</h2>\n"
               "<div class=\"sides n%zu\">\n", page->n_sides);
    for (size_t i = 0; i < page->n_sides; i++) {
        html_print(page->out, "<div data-side=\"%zu\">", i);
        html_table(page->out, page->sides[i].audit->counts, page->sides[i].label ? page->sides[i].label : "");
        fputs("</div>\n", page->out);
    }
    fputs("</div>\n</section>\n", page->out);
}

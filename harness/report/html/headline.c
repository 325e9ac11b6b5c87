/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The top of the HTML report: what share is hard-stopped, of what, and the table of edits by verdict. */
#include <string.h>

#include "harness/report/html/parts.h"
#include "harness/setup/framing.h"
#include "harness/wire/map.h"

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
                       verdict_name(verdict), html_meanings[verdict]);
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
    const struct setup_framing *framing = setup_framing_of(audit->setup);

    return framing ? framing->words : "as the machine type has it";
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

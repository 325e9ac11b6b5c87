/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of findings by when they show: at the load, after a rejection, or at a poke. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/case/pokes.h"
#include "harness/report/html/entries.h"
#include "harness/report/html/parts.h"

static const char *const style =
    ".s0 { background: var(--garbage); color: var(--on-garbage); border-color: transparent; font-weight: 600; }\n"
    ".s2 { background: var(--rejected); color: var(--on-rejected); border-color: transparent; }\n"
    ".s3 { background: var(--hung); color: var(--on-hung); border-color: transparent; }\n"
    ".moments th { white-space: nowrap; } .moments .count { text-align: right; margin: 0; }\n"
    ".moments .done { min-width: 15rem; } .moments .none { color: var(--soft); }\n"
    ".moments code { white-space: nowrap; } .finding details { margin-top: .4rem; }\n"
    "@media (max-width: 40rem) { .moments td:last-child { min-width: 22rem; } }\n"
    ".claims dt { margin-top: .4rem; } .claims dd { margin: 0; }\n"
    ".lines td:nth-child(4) { min-width: 16rem; } .lines th { white-space: nowrap; }\n";

struct page {
    FILE *out;
    struct entries entries;
};

static void print_moment(FILE *out, enum poke moment)
{
    html_print(out, moment == POKE_NONE    ? "at the load"
                    : moment == POKES      ? "in use"
                    : moment == POKE_RETRY ? "after a rejection: <code>%s</code>"
                    : moment == POKE_WATCH ? "in use: <code>%s</code>"
                                           : "at <code>%s</code>",
               poke_name(moment));
}

static const char *done_at(enum poke moment)
{
    const struct poke_row *row = poke_row_of(moment);

    return row                    ? row->done
           : moment == POKE_NONE ? "the stream is loaded, and what was accepted is saved again"
                                 : "a poke that the finding's file, of an earlier version, does not name";
}

static bool is_claim(const struct property *property, enum poke moment)
{
    return moment == POKE_NONE ? property->pokes == 0
           : moment == POKES   ? property_poke(property) == POKES
                               : (property->pokes & POKE_BIT(moment)) != 0;
}

/* Calls for each status that has a column: those of a replay where there are some. */
static void each_status(const struct page *page, size_t moment,
                        void (*print)(const struct page *page, size_t moment, enum listed_status status))
{
    for (int i = 0; i < LISTED_STATUSES; i++) {
        enum listed_status status = (enum listed_status)i;

        if (status < LISTED_FIXED || entries_count(&page->entries, ENTRIES_ALL, status)) {
            print(page, moment, status);
        }
    }
}

static void print_count(const struct page *page, size_t moment, enum listed_status status)
{
    size_t n = entries_count(&page->entries, moment, status);

    fprintf(page->out, "<td class=\"count %s\">%zu</td>", n ? "some" : "none", n);
}

static void print_status(const struct page *page, size_t moment, enum listed_status status)
{
    (void)moment;
    html_print(page->out, "<th scope=\"col\" class=\"count\">%s</th>", listed_status_name(status));
}

static void print_summary_row(const struct page *page, size_t moment)
{
    FILE *out = page->out;
    enum poke poke = entries_moment(moment);
    bool any = entries_count(&page->entries, moment, LISTED_STATUSES) > 0;

    if (poke == POKES && !any) {
        return;
    }
    fputs("<tr><th scope=\"row\">", out);
    fprintf(out, any ? "<a href=\"#m%zu\">" : "", moment);
    print_moment(out, poke);
    fputs(any ? "</a></th>" : "</th>", out);
    each_status(page, moment, print_count);
    html_print(out, "<td class=\"done\">%s</td><td>", done_at(poke));
    for (const struct property *property = properties; property->name; property++) {
        if (is_claim(property, poke)) {
            html_print(out, "<code>%s</code> ", property->name);
        }
    }
    fputs("</td></tr>\n", out);
}

static void print_summary(const struct page *page)
{
    FILE *out = page->out;

    fputs("<section>", out);
    html_wide_begin(out, "findings by when they show", "moments");
    fputs("<thead><tr><th scope=\"col\">shows</th>", out);
    each_status(page, ENTRIES_ALL, print_status);
    fputs("<th scope=\"col\">what is done</th><th scope=\"col\">what is claimed</th></tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < ENTRIES_MOMENTS; i++) {
        print_summary_row(page, i);
    }
    fputs("</tbody>", out);
    html_wide_end(out);
    fputs("<details class=\"claims\"><summary>what each property claims</summary><dl>\n", out);
    for (const struct property *property = properties; property->name; property++) {
        html_print(out, "<dt><code>%s</code></dt><dd>%s</dd>\n", property->name, property->claim);
    }
    fputs("</dl></details></section>\n", out);
}

static void print_command(const struct page *page, const struct finding *finding)
{
    char *path = finding_case_path(page->entries.listed->folder, finding);
    char *command = finding_command("hardstop", NULL, path);

    html_print(page->out, "<div class=\"command\"><code>%s</code></div>\n", command);
    free(command);
    free(path);
}

/* The lines of the list that tell of an entry's finding, or how many have a case. */
static size_t print_lines(const struct page *page, const struct entry *entry, bool print)
{
    size_t n = 0;

    for (size_t i = 0; entry->line && i < page->entries.listed->n; i++) {
        const struct listed_row *row = &page->entries.listed->rows[i];

        if (!row->line || row->line->signature != entry->line->signature || !known_has_case(row->line)) {
            continue;
        }
        n++;
        if (print) {
            html_print(page->out, "<p class=\"detail\"><span><code>%s</code> of the list</span>%s%s</p>\n",
                       row->line->name, *row->replayed ? "; replayed: " : "", row->replayed);
        }
    }
    return n;
}

static void print_others(const struct page *page, size_t first, size_t cases)
{
    if (cases < 2) {
        return;
    }
    fprintf(page->out, "<details><summary>%zu more case%s</summary>\n", cases - 1, cases == 2 ? "" : "s");
    for (size_t i = first + 1; i < page->entries.n; i++) {
        if (page->entries.list[i].first == first) {
            html_print(page->out, "<p class=\"detail\">%s</p>\n", page->entries.list[i].finding->message);
            print_command(page, page->entries.list[i].finding);
        }
    }
    print_lines(page, &page->entries.list[first], true);
    fputs("</details>\n", page->out);
}

static void print_title(FILE *out, const struct entry *entry)
{
    const struct finding *finding = entry->finding;
    const char *place = *finding->field ? finding->field : finding->crash;

    fputs("<p class=\"title\">", out);
    html_chip(out, finding->verdict);
    html_print(out, "<b>%s</b> <span class=\"where\">%s%s", verdict_name(finding->verdict), finding->device,
               *finding->device && *place ? " \xc2\xb7 " : "");
    html_print(out, *place ? "<code>%s</code></span>" : "%s</span>", place);
    html_print(out, " <span class=\"tag s%d\">%s</span>", (int)entry->status, listed_status_name(entry->status));
    fputs(entry_may_be_unsafe(entry) ? " <span class=\"tag\">may be unsafe for memory</span></p>\n" : "</p>\n", out);
}

static void print_entry(const struct page *page, size_t first)
{
    const struct entry *entry = &page->entries.list[first];
    const struct finding *finding = entry->finding;
    size_t cases = print_lines(page, entry, false);
    FILE *out = page->out;
    char signature[17];

    for (size_t i = first; i < page->entries.n; i++) {
        cases += page->entries.list[i].first == first;
    }
    snprintf(signature, sizeof(signature), "%016" PRIx64, finding->signature);
    html_print(out, "<li class=\"finding\" data-verdict=\"%s\" data-status=\"%s\">", verdict_name(finding->verdict),
               listed_status_name(entry->status));
    print_title(out, entry);
    html_print(out, "<p class=\"message\">%s</p>\n", finding->message);
    if (entry->line) {
        html_print(out, "<p>%s</p>\n", entry->line->cause);
    }
    html_print(out, "<p class=\"detail\"><span>breaks <code>%s</code></span> <span>%zu case%s</span> "
               "<span>signature <code>%s</code></span> <span>%s</span>", finding->property, cases,
               cases == 1 ? "" : "s", signature, finding->machine);
    if (*finding->source) {
        html_print(out, " <span>in <code>%s</code></span>", finding->source);
    }
    fputs("</p>\n", out);
    print_command(page, finding);
    print_others(page, first, cases);
    fputs("</li>\n", out);
}

static void print_section(const struct page *page, size_t moment)
{
    FILE *out = page->out;
    enum poke poke = entries_moment(moment);

    html_print(out, "<section id=\"m%zu\">\n<h2>", moment);
    print_moment(out, poke);
    html_print(out, " <span class=\"n\">%zu</span></h2>\n<p class=\"hint\">What is done: %s.</p>\n",
               entries_count(&page->entries, moment, LISTED_STATUSES), done_at(poke));
    for (const struct property *property = properties; poke != POKE_NONE && property->name; property++) {
        if (is_claim(property, poke)) {
            html_print(out, "<p class=\"hint\"><code>%s</code>: %s.</p>\n", property->name, property->claim);
        }
    }
    fputs("<ol class=\"findings\">\n", out);
    for (int status = 0; status < LISTED_STATUSES; status++) {
        for (size_t i = 0; i < page->entries.n; i++) {
            if (page->entries.list[i].finding->poke == poke &&
                entries_is_row(&page->entries, i, (enum listed_status)status)) {
                print_entry(page, i);
            }
        }
    }
    fputs("</ol>\n</section>\n", out);
}

/* Is it a line of which the folder has no finding, and is it asked for? */
static bool is_elsewhere(const struct listed *listed, size_t i)
{
    const struct listed_row *row = &listed->rows[i];

    return row->line && !row->finding && listed_is_wanted(listed, row->status, row->line->verdict);
}

/* The first line that is of the same fault, and as well off. */
static size_t first_of(const struct listed *listed, size_t i)
{
    const struct listed_row *row = &listed->rows[i];
    size_t first = 0;

    while (first < i && !(is_elsewhere(listed, first) && listed->rows[first].status == row->status &&
                          listed->rows[first].line->signature == row->line->signature)) {
        first++;
    }
    return first;
}

static void print_line(FILE *out, const struct listed *listed, size_t first)
{
    const struct listed_row *row = &listed->rows[first];

    html_print(out, "<tr><td><span class=\"tag s%d\">%s</span></td><td>", (int)row->status,
               listed_status_name(row->status));
    html_chip(out, row->line->verdict);
    html_print(out, "%s</td><td><code>%s</code></td><td>%s", verdict_name(row->line->verdict), row->line->property,
               row->line->cause);
    html_print(out, *row->replayed ? "<p class=\"n\">replayed: %s</p></td><td>" : "%s</td><td>", row->replayed);
    for (size_t i = first; i < listed->n; i++) {
        if (is_elsewhere(listed, i) && first_of(listed, i) == first) {
            html_print(out, known_has_case(listed->rows[i].line) ? "<code>%s</code> " : "not published",
                       listed->rows[i].line->name);
        }
    }
    fputs("</td></tr>\n", out);
}

static void print_elsewhere(const struct page *page)
{
    const struct listed *listed = page->entries.listed;
    FILE *out = page->out;
    size_t n = 0;

    for (size_t i = 0; i < listed->n; i++) {
        n += is_elsewhere(listed, i) && first_of(listed, i) == i;
    }
    if (!n) {
        return;
    }
    html_print(out, "<section id=\"elsewhere\">\n<h2>Known, and not in this folder <span class=\"n\">%zu</span></h2>\n"
               "<details><summary>faults of the list of known findings</summary>\n", n);
    html_wide_begin(out, "known findings", "lines");
    fputs("<thead><tr><th scope=\"col\">status</th><th scope=\"col\">verdict</th><th scope=\"col\">property</th>"
          "<th scope=\"col\">cause</th><th scope=\"col\">cases</th></tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < listed->n; i++) {
        if (is_elsewhere(listed, i) && first_of(listed, i) == i) {
            print_line(out, listed, i);
        }
    }
    fputs("</tbody>", out);
    html_wide_end(out);
    fputs("</details>\n</section>\n", out);
}

/* For whoever thinks of handing the page on. */
static void print_disclosure(const struct page *page)
{
    bool any = false;

    for (size_t i = 0; i < page->entries.n; i++) {
        any |= entry_may_be_unsafe(&page->entries.list[i]);
    }
    if (any) {
        fputs("<p class=\"about\">What may be unsafe for memory is reported to QEMU's security contact before its "
              "case, an offset or a value of it is published; until then its signature stands alone in what is "
              "published. This page tells more.</p>\n", page->out);
    }
}

static void print_head(const struct page *page)
{
    const struct listed *listed = page->entries.listed;
    FILE *out = page->out;
    size_t new = entries_count(&page->entries, ENTRIES_ALL, LISTED_NEW);
    size_t all = entries_count(&page->entries, ENTRIES_ALL, LISTED_STATUSES);

    html_begin(out, "findings");
    fputs(style, out);
    html_print(out, "</style>\n</head>\n<body>\n<p class=\"name\">%s</p>\n<h1>%zu new finding%s, %zu known</h1>\n"
               "<p class=\"about\">What <code>%s</code> has, by when it shows. Cases that show the same at the same "
               "place are one.", listed->command, new, new == 1 ? "" : "s", all - new,
               listed->folder);
    if (listed->status != LISTED_STATUSES || listed->verdict != VERDICT_COUNT) {
        html_print(out, " Only those that are %s%s%s.",
                   listed->status != LISTED_STATUSES ? listed_status_name(listed->status) : "",
                   listed->status != LISTED_STATUSES && listed->verdict != VERDICT_COUNT ? " and " : "",
                   listed->verdict != VERDICT_COUNT ? verdict_name(listed->verdict) : "");
    }
    if (listed->damaged) {
        html_print(out, " <b>%zu file%s of it cannot be read.</b>", listed->damaged, listed->damaged == 1 ? "" : "s");
    }
    fputs("</p>\n", out);
    print_disclosure(page);
}

void listed_html(FILE *out, const void *user)
{
    struct page page = { .out = out };

    entries_make(&page.entries, user);
    print_head(&page);
    print_summary(&page);
    for (size_t i = 0; i < ENTRIES_MOMENTS; i++) {
        if (entries_count(&page.entries, i, LISTED_STATUSES)) {
            print_section(&page, i);
        }
    }
    print_elsewhere(&page);
    fputs("<footer>Made by <code>hardstop findings</code> or <code>hardstop fuzz</code>. A finding is confirmed by its "
          "command, on a QEMU process that nobody has changed; a case of the list is replayed by <code>hardstop "
          "known</code> and its name.</footer>\n</body>\n</html>\n", out);
    entries_clear(&page.entries);
}

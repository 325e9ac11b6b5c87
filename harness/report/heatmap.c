/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Folds an audit's bytes into rows of letters that also read without colour. */
#include "harness/report/heatmap.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/base/printable.h"
#include "harness/report/messages.h"
#include "harness/report/verdict.h"

#define MAX_ROWS 76
#define DEFAULT_COLUMNS 110
#define OFFSET_WIDTH 9 /* with the space behind it */
#define NAME_WIDTH 24 /* at least */
#define SUMMARY_FIELDS 12

struct page {
    const struct audit *audit;
    struct grid grid;
    struct grid_groups groups;
    const uint8_t *worst; /* of the view */
    uint32_t letters, fold; /* letters a row, bytes a letter */
    unsigned columns;
};

static unsigned columns_of(FILE *out)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");

    if (!isatty(fileno(out))) {
        return DEFAULT_COLUMNS;
    }
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col) {
        return size.ws_col;
    }
    return columns && atoi(columns) > 0 ? (unsigned)atoi(columns) : DEFAULT_COLUMNS;
}

static void lay_out(struct page *page)
{
    unsigned room = page->columns > OFFSET_WIDTH + NAME_WIDTH ? page->columns - OFFSET_WIDTH - NAME_WIDTH : 0;

    page->letters = room >= 64 ? 64 : room >= 32 ? room / 16 * 16 : 16;
    page->fold = 1;
    while (page->grid.places > (uint64_t)page->letters * page->fold * MAX_ROWS) {
        page->fold *= 2;
    }
}

static int worst_of(const struct page *page, uint32_t from)
{
    int worst = GRID_UNTESTED;

    for (uint32_t i = from; i < page->grid.places && i - from < page->fold; i++) {
        worst = grid_severity(page->worst[i]) > grid_severity(worst) ? page->worst[i] : worst;
    }
    return worst;
}

/* Letters of one verdict are printed at once. */
static void print_letters(FILE *out, const struct page *page, uint32_t from)
{
    char same[64 + 1];
    int n = 0, last = GRID_UNTESTED;

    for (uint32_t i = 0; i < page->letters; i++) {
        int verdict = worst_of(page, from + i * page->fold);

        if (n && verdict != last) {
            style_print(out, last == GRID_UNTESTED ? STYLE_PLAIN : verdict_style(last), "%.*s", n, same);
            n = 0;
        }
        last = verdict;
        same[n++] = grid_letter(verdict);
    }
    style_print(out, last == GRID_UNTESTED ? STYLE_PLAIN : verdict_style(last), "%.*s", n, same);
}

static void print_name(FILE *out, const char *name, unsigned width)
{
    size_t length = strlen(name);

    printable_write(out, name, length <= width ? length : width - 3);
    fputs(length <= width ? "" : "...", out);
}

/* The first field that begins in the row, and how many more do. */
static void print_names(FILE *out, const struct page *page, uint32_t from)
{
    const struct grid_groups *groups = &page->groups;
    uint32_t end = from + page->letters * page->fold;
    unsigned taken = OFFSET_WIDTH + page->letters + 1, more = 0;
    unsigned room = page->columns > taken ? page->columns - taken : 0;
    const char *first = NULL;

    for (size_t i = 0; i < groups->n; i++) {
        if (groups->groups[i].offset >= from && groups->groups[i].offset < end) {
            more += first != NULL;
            first = first ? first : groups->groups[i].name;
        }
    }
    if (first) {
        fputc(' ', out);
        print_name(out, first, room > 12 + 6 ? room - 6 : 12);
        if (more) {
            style_print(out, STYLE_DIM, " +%u", more);
        }
    }
    fputc('\n', out);
}

static void print_map(FILE *out, const struct page *page)
{
    uint32_t step = page->letters * page->fold;

    for (uint32_t from = 0; from < page->grid.places; from += step) {
        style_print(out, STYLE_DIM, "%*" PRIu32, OFFSET_WIDTH - 1, from);
        fputc(' ', out);
        print_letters(out, page, from);
        print_names(out, page, from);
    }
}

static void print_legend(FILE *out, const struct page *page, int view)
{
    fprintf(out, "%*s", OFFSET_WIDTH, "");
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        style_print(out, verdict_style(grid_order[i]), "%c", grid_letter(grid_order[i]));
        fprintf(out, " %s   ", verdict_name(grid_order[i]));
    }
    fputs("blank: not tested\n", out);
    fprintf(out, "%*s", OFFSET_WIDTH, "");
    fprintf(out, page->fold == 1 ? "one letter a byte; " : "one letter for %" PRIu32 " bytes; ", page->fold);
    fprintf(out, "the worst of %s\n", view == GRID_LENGTH ? "all damages that change the length"
                                     : view == GRID_ALL  ? "all damages"
                                                         : grid_view_name(view));
}

/* "99.3 % of 84,845 damages that change the length are hard-stopped: 523 equal, ..." */
static void print_headline(FILE *out, const struct audit *audit)
{
    uint64_t stopped, cells, counts[VERDICT_COUNT];
    char share[16], number[GRID_NUMBER_SIZE];
    const char *before = ": ";

    audit_hard_stops(audit, &stopped, &cells);
    if (!cells) {
        fputs("no damage that changes the length was tried\n", out);
        return;
    }
    grid_percent(stopped, cells, share, sizeof(share));
    style_print(out, STYLE_BOLD, "%s %%", share);
    fprintf(out, " of %s damages that change the length are hard-stopped", grid_number(cells, number));
    edit_sum_counts(audit->counts, true, counts);
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        enum verdict verdict = grid_order[i];

        if (verdict != VERDICT_REJECTED && counts[verdict]) {
            fputs(before, out);
            style_print(out, verdict_style(verdict), "%s %s", grid_number(counts[verdict], number),
                        verdict_name(verdict));
            before = ", ";
        }
    }
    fputc('\n', out);
}

static void print_counts(FILE *out, const uint64_t counts[VERDICT_COUNT])
{
    char number[GRID_NUMBER_SIZE];

    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        uint64_t count = counts[grid_order[i]];

        style_print(out, count ? verdict_style(grid_order[i]) : STYLE_DIM, "%11s", grid_number(count, number));
    }
}

static void print_heads(FILE *out, const char *first, int width)
{
    fprintf(out, "%-*s", width, first);
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        fprintf(out, "%11s", verdict_name(grid_order[i]));
    }
}

static void print_table(FILE *out, const struct audit *audit)
{
    print_heads(out, "edit", 9);
    fputs("  hard-stopped\n", out);
    for (unsigned edit = 0; edit < edit_count; edit++) {
        uint64_t cells = audit_cells(audit, (enum edit)edit);
        char share[16];

        if (!cells) {
            continue;
        }
        grid_percent(audit->counts[edit][VERDICT_REJECTED], cells, share, sizeof(share));
        fprintf(out, "%-9s", edit_name((enum edit)edit));
        print_counts(out, audit->counts[edit]);
        fprintf(out, "%12s %%\n", share);
    }
}

static void print_fields(FILE *out, const struct page *page)
{
    size_t *order = grid_groups_worst_first(&page->groups), shown = 0, left = 0;

    for (size_t i = 0; i < page->groups.n; i++) {
        const struct grid_group *group = &page->groups.groups[order[i]];
        uint64_t counts[VERDICT_COUNT];

        if (!group->passed_all || shown == SUMMARY_FIELDS) {
            left += group->passed_all != 0;
            continue;
        }
        if (!shown++) {
            fputc('\n', out);
            print_heads(out, "", 0);
            fputs("  field (all edits, worst first)\n", out);
        }
        edit_sum_counts(group->counts, false, counts);
        print_counts(out, counts);
        fputs("  ", out);
        printable_write(out, group->name, strlen(group->name));
        fputc('\n', out);
    }
    if (left) {
        fprintf(out, "%*sand %zu more field%s\n", 68, "", left, left == 1 ? "" : "s");
    }
    free(order);
}

static int find_view(const struct grid *grid, const char *name)
{
    if (!name) {
        return grid_first_view(grid);
    }
    for (int view = 0; view < GRID_VIEWS; view++) {
        if (grid->worst[view] && strcmp(name, grid_view_name(view)) == 0) {
            return view;
        }
    }
    return -1;
}

int heatmap_text(FILE *out, const struct audit *audit, const struct heatmap_options *options)
{
    struct page page = { .audit = audit, .columns = options->columns ? options->columns : columns_of(out) };
    int view;

    grid_init(&page.grid, audit);
    view = find_view(&page.grid, options->view);
    if (view < 0) {
        grid_clear(&page.grid);
        return -1;
    }
    print_headline(out, audit);
    messages_line(out, audit);
    fputc('\n', out);
    print_table(out, audit);
    if (page.grid.worst[view]) {
        page.worst = page.grid.worst[view];
        grid_groups_init(&page.groups, audit);
        lay_out(&page);
        fputc('\n', out);
        print_map(out, &page);
        print_legend(out, &page, view);
        print_fields(out, &page);
        grid_groups_clear(&page.groups);
    }
    grid_clear(&page.grid);
    return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lays verdicts out by byte: the worst wins. */
#include "harness/report/grid.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

const enum verdict grid_order[VERDICT_COUNT] = {
    VERDICT_REJECTED, VERDICT_EQUAL, VERDICT_GARBAGE, VERDICT_HUNG, VERDICT_CRASHED, VERDICT_UNKNOWN,
};

static const struct {
    char letter;
    int severity;
} looks[VERDICT_COUNT + 1] = {
    [VERDICT_REJECTED] = { '.', 1 }, [VERDICT_UNKNOWN] = { '?', 2 }, [VERDICT_EQUAL] = { '=', 3 },
    [VERDICT_GARBAGE] = { 'G', 4 },  [VERDICT_HUNG] = { 'H', 5 },    [VERDICT_CRASHED] = { 'C', 6 },
    [GRID_UNTESTED] = { ' ', 0 },
};

char grid_letter(int verdict)
{
    return looks[verdict].letter;
}

int grid_severity(int verdict)
{
    return looks[verdict].severity;
}

const char *grid_view_name(int view)
{
    return view == GRID_LENGTH ? "length" : view == GRID_ALL ? "all" : edit_name((enum edit)view);
}

int grid_first_view(const struct grid *grid)
{
    return grid->worst[GRID_LENGTH] ? GRID_LENGTH : GRID_ALL;
}

static void paint(struct grid *grid, int view, const struct audit_run *run, uint32_t breadth)
{
    uint8_t *worst = grid->worst[view];

    if (!worst) {
        worst = grid->worst[view] = hs_alloc(grid->places);
        memset(worst, GRID_UNTESTED, grid->places);
    }
    for (uint32_t i = run->offset; i < grid->places && i - run->offset < breadth; i++) {
        if (grid_severity(run->verdict) > grid_severity(worst[i])) {
            worst[i] = run->verdict;
        }
    }
}

/* In all views that show the edit. */
static void paint_all(struct grid *grid, const struct audit_run *run, uint32_t breadth)
{
    paint(grid, run->edit, run, breadth);
    paint(grid, GRID_ALL, run, breadth);
    if (edit_changes_length(run->edit)) {
        paint(grid, GRID_LENGTH, run, breadth);
    }
}

/* Paints `n` runs of an edit that is done to fields: one cell is about all bytes of its field, painted once. */
static void paint_fields(struct grid *grid, const struct audit *audit, const struct audit_run *runs, size_t n)
{
    uint8_t *worst = hs_alloc(audit->n_fields + 1);

    memset(worst, GRID_UNTESTED, audit->n_fields);
    for (size_t i = 0; i < n; i++) {
        const struct audit_field *field = audit_field_at(audit, runs[i].offset);

        if (!field || field->offset != runs[i].offset) {
            paint_all(grid, &runs[i], runs[i].count);
        } else if (grid_severity(runs[i].verdict) > grid_severity(worst[field - audit->fields])) {
            worst[field - audit->fields] = runs[i].verdict;
        }
    }
    for (size_t i = 0; i < audit->n_fields; i++) {
        struct audit_run run = { .edit = runs->edit, .offset = audit->fields[i].offset, .verdict = worst[i] };

        if (worst[i] != GRID_UNTESTED) {
            paint_all(grid, &run, audit->fields[i].size);
        }
    }
    free(worst);
}

/* How many runs from the index on are of one edit. */
static size_t runs_of_edit(const struct audit *audit, size_t from)
{
    size_t end = from;

    while (end < audit->n_runs && audit->runs[end].edit == audit->runs[from].edit) {
        end++;
    }
    return end - from;
}

void grid_init(struct grid *grid, const struct audit *audit)
{
    *grid = (struct grid){ .places = audit->bytes };
    for (size_t i = 0; i < audit->n_runs; i++) {
        if (audit->runs[i].offset + (uint64_t)audit->runs[i].count > audit->bytes) {
            grid->places = audit->bytes + 1;
        }
    }
    for (size_t i = 0, n; i < audit->n_runs; i += n) {
        const struct audit_run *runs = &audit->runs[i];

        n = runs_of_edit(audit, i);
        if (edit_kinds[runs->edit].place == EDIT_AT_FIELD) {
            paint_fields(grid, audit, runs, n);
            continue;
        }
        for (size_t k = 0; k < n; k++) {
            paint_all(grid, &runs[k], runs[k].count);
        }
    }
}

void grid_clear(struct grid *grid)
{
    for (int view = 0; view < GRID_VIEWS; view++) {
        free(grid->worst[view]);
    }
    *grid = (struct grid){ 0 };
}

void grid_percent(uint64_t part, uint64_t whole, char *out, size_t size)
{
    double share = whole ? 100.0 * (double)part / (double)whole : 0;

    if (part == whole || !part) {
        snprintf(out, size, part ? "100" : "0");
    } else if (share >= 99.9) {
        /* Cut off, not rounded: a hundred would be a claim. */
        unsigned thousandths = (unsigned)(share * 1000);

        thousandths = thousandths > 99999 ? 99999 : thousandths;
        snprintf(out, size, "%u.%03u", thousandths / 1000, thousandths % 1000);
    } else {
        snprintf(out, size, "%u.%u", (unsigned)share, (unsigned)(share * 10) % 10);
    }
}

const char *grid_number(uint64_t value, char out[GRID_NUMBER_SIZE])
{
    char digits[GRID_NUMBER_SIZE];
    int n = snprintf(digits, sizeof(digits), "%" PRIu64, value), at = 0;

    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0) {
            out[at++] = ',';
        }
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

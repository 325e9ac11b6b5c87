/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints trials: all figures for a terminal, the shares alone in Markdown. */
#include "harness/report/experiment.h"

#include <inttypes.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/report/grid.h"
#include "harness/report/style.h"

static uint64_t cells_of(const struct trial *trial)
{
    uint64_t cells = 0;

    for (int i = 0; i < VERDICT_COUNT; i++) {
        cells += trial->counts[i];
    }
    return cells;
}

static void print_letters(FILE *out, const enum verdict verdicts[TRIAL_LENGTHS])
{
    for (int i = 0; i < TRIAL_LENGTHS; i++) {
        fputc(grid_letter(verdicts[i]), out);
    }
}

static char vector_letter(enum verdict verdict)
{
    return verdict == VERDICT_COUNT ? '-' : grid_letter(verdict);
}

static void print_trial(FILE *out, const struct trial *trial)
{
    uint64_t cells = cells_of(trial), rejected = trial->counts[VERDICT_REJECTED];
    char share[16];

    grid_percent(rejected, cells, share, sizeof(share));
    fprintf(out, "%-8s %-4s %-7s %-7s %7" PRIu32 " %9" PRIu64 "  ", trial->device, trial->transport, trial->state,
            trial->framing, trial->bytes, cells);
    style_print(out, rejected == cells ? STYLE_GOOD : STYLE_BAD, "%9s %%", share);
    for (enum verdict verdict = VERDICT_EQUAL; verdict < VERDICT_COUNT; verdict++) {
        fprintf(out, " %8" PRIu64, trial->counts[verdict]);
    }
    fprintf(out, "   %c %c   ", vector_letter(trial->change_missing), vector_letter(trial->change_extra));
    print_letters(out, trial->end_missing);
    fputc(' ', out);
    print_letters(out, trial->end_extra);
    fputs("   ", out);
    print_letters(out, trial->between_missing);
    fputc(' ', out);
    print_letters(out, trial->between_extra);
    fputc('\n', out);
}

static void print_first(FILE *out, const struct trial *trial)
{
    if (!trial->n_first) {
        return;
    }
    fprintf(out, "\n%s %s %s %s, first of those that were not rejected:\n", trial->device, trial->transport,
            trial->state, trial->framing);
    for (size_t i = 0; i < trial->n_first; i++) {
        const struct trial_cell *cell = &trial->first[i];

        fprintf(out, "  %7" PRIu32 "  %s %s  %s  %s\n", cell->offset, edit_name(cell->edit), cell->value,
                verdict_name(cell->verdict), cell->field);
    }
    if (*trial->example) {
        fprintf(out, "  shown by %s in the folder of --examples\n", trial->example);
    }
}

const struct experiment_framing experiment_framings[EXPERIMENT_FRAMINGS] = {
    { "legacy", "Without, as in 2015", "without footers" },
    { "footer", "With section footers", "with footers" },
    { "sized", "With lengths, damaged on the way", "with lengths, damaged on the way" },
    { TRIAL_WRITTEN, "With lengths, where writer and reader disagree", "with lengths, written so" },
};

/* What the figures say to the answers. */
static void print_answer(FILE *out, const struct trial *trials, size_t n)
{
    uint64_t unknown = 0;

    for (size_t k = 0; k < EXPERIMENT_FRAMINGS; k++) {
        char share[16], a[GRID_NUMBER_SIZE], b[GRID_NUMBER_SIZE];
        uint64_t cells = 0, rejected = 0;

        for (size_t i = 0; i < n; i++) {
            if (strcmp(trials[i].framing, experiment_framings[k].name) == 0) {
                cells += cells_of(&trials[i]) - trials[i].counts[VERDICT_UNKNOWN];
                rejected += trials[i].counts[VERDICT_REJECTED];
                unknown += trials[i].counts[VERDICT_UNKNOWN];
            }
        }
        if (cells) {
            grid_percent(rejected, cells, share, sizeof(share));
            fprintf(out,
                    "%s: %s %% of %s damages, one to four bytes too few or too many, are refused; %s are not.\n",
                    experiment_framings[k].answer, share, grid_number(cells, a), grid_number(cells - rejected, b));
        }
    }
    if (unknown) {
        fprintf(out, "%" PRIu64 " have no verdict: hardstop itself failed.\n", unknown);
    }
}

/* Each loader once. */
static void print_loaders(FILE *out, const struct trial *trials, size_t n)
{
    const char *before = "Loaded by ";

    for (size_t i = 0; i < n; i++) {
        size_t k = 0;

        while (strcmp(trials[k].loader, trials[i].loader) != 0 || strcmp(trials[k].program, trials[i].program) != 0) {
            k++;
        }
        if (k == i && *trials[i].loader) {
            fprintf(out, "%s%s (%s)", before, trials[i].loader, trials[i].program);
            before = ", ";
        }
    }
    fputs(*before == ',' ? ".\n\n" : "", out);
}

void experiment_text(FILE *out, const struct trial *trials, size_t n)
{
    fprintf(out, "One to four bytes missing, or added (zeros), at every offset of a section with another device's "
                 "behind it.\n"
                 "Letters: . rejected, = equal, G garbage, C crashed, H hung, ? unknown.  vector: the two bytes of "
                 "config_vector missing, two too many (-: the section has none).\n"
                 "end, between: 1, 2, 3, 4 bytes missing, then added, at the end of the payload, and of the "
                 "section.\n\n");
    print_loaders(out, trials, n);
    fprintf(out, "%-8s %-4s %-7s %-7s %7s %9s  %11s %8s %8s %8s %8s   %s  %-9s   %s\n", "device", "bus", "state",
            "framing", "bytes", "damages", "rejected", "equal", "garbage", "crashed", "hung", "vector", "end",
            "between");
    for (size_t i = 0; i < n; i++) {
        print_trial(out, &trials[i]);
    }
    for (size_t i = 0; i < n; i++) {
        print_first(out, &trials[i]);
    }
    fputc('\n', out);
    print_answer(out, trials, n);
}

/* The trial of the same, framed so; NULL: there is none. */
static const struct trial *framed(const struct trial *trials, size_t n, const struct trial *trial, const char *framing)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(trials[i].framing, framing) == 0 && strcmp(trials[i].device, trial->device) == 0 &&
            strcmp(trials[i].transport, trial->transport) == 0 && strcmp(trials[i].state, trial->state) == 0) {
            return &trials[i];
        }
    }
    return NULL;
}

/* "99.2 %: 102 equal, 9 garbage"; "100 %" alone where all are rejected, "-" where there is no trial. */
static void print_share(FILE *out, const struct trial *trial)
{
    static const char *const separators[] = { ": ", ", " };
    bool later = false;
    char share[16];

    if (!trial) {
        fputc('-', out);
        return;
    }
    grid_percent(trial->counts[VERDICT_REJECTED], cells_of(trial), share, sizeof(share));
    fprintf(out, "%s %%", share);
    for (enum verdict verdict = VERDICT_EQUAL; verdict < VERDICT_COUNT; verdict++) {
        if (trial->counts[verdict]) {
            fprintf(out, "%s%" PRIu64 " %s", separators[later], trial->counts[verdict], verdict_name(verdict));
            later = true;
        }
    }
}

/* The first of those of its device, transport and state. */
static bool begins_row(const struct trial *trials, size_t i)
{
    for (size_t k = 0; k < EXPERIMENT_FRAMINGS; k++) {
        if (framed(trials, i, &trials[i], experiment_framings[k].name)) {
            return false;
        }
    }
    return true;
}

static bool has_framing(const struct trial *trials, size_t n, const char *framing)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(trials[i].framing, framing) == 0) {
            return true;
        }
    }
    return false;
}

void experiment_markdown(FILE *out, const struct trial *trials, size_t n)
{
    bool shown[EXPERIMENT_FRAMINGS];

    fputs("| device | state | damages", out);
    for (size_t k = 0; k < EXPERIMENT_FRAMINGS; k++) {
        shown[k] = k < 2 || has_framing(trials, n, experiment_framings[k].name);
        fprintf(out, shown[k] ? " | rejected %s" : "", experiment_framings[k].column);
    }
    fputs(" |\n|---|---|---", out);
    for (size_t k = 0; k < EXPERIMENT_FRAMINGS; k++) {
        fputs(shown[k] ? "|---" : "", out);
    }
    fputs("|\n", out);
    for (size_t i = 0; i < n; i++) {
        if (!begins_row(trials, i)) {
            continue;
        }
        fprintf(out, "| %s %s | %s | %" PRIu64, trials[i].transport, trials[i].device, trials[i].state,
                cells_of(&trials[i]));
        for (size_t k = 0; k < EXPERIMENT_FRAMINGS; k++) {
            if (shown[k]) {
                fputs(" | ", out);
                print_share(out, framed(trials, n, &trials[i], experiment_framings[k].name));
            }
        }
        fputs(" |\n", out);
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints trials: all figures for a terminal, the shares alone in Markdown. */
#include "harness/report/experiment.h"

#include <inttypes.h>
#include <string.h>

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
            trial->footers ? "footer" : "legacy", trial->bytes, cells);
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
            trial->state, trial->footers ? "footer" : "legacy");
    for (size_t i = 0; i < trial->n_first; i++) {
        const struct trial_cell *cell = &trial->first[i];

        fprintf(out, "  %7" PRIu32 "  %s %s  %s  %s\n", cell->offset, edit_name(cell->edit), cell->value,
                verdict_name(cell->verdict), cell->field);
    }
    if (*trial->example) {
        fprintf(out, "  shown by %s in the folder of --examples\n", trial->example);
    }
}

/* What the figures say to the first of the three answers. */
static void print_answer(FILE *out, const struct trial *trials, size_t n)
{
    uint64_t cells[2] = { 0 }, rejected[2] = { 0 }, unknown = 0;

    for (size_t i = 0; i < n; i++) {
        cells[trials[i].footers] += cells_of(&trials[i]) - trials[i].counts[VERDICT_UNKNOWN];
        unknown += trials[i].counts[VERDICT_UNKNOWN];
        rejected[trials[i].footers] += trials[i].counts[VERDICT_REJECTED];
    }
    for (int footers = 0; footers < 2; footers++) {
        char share[16], a[GRID_NUMBER_SIZE], b[GRID_NUMBER_SIZE];

        if (cells[footers]) {
            grid_percent(rejected[footers], cells[footers], share, sizeof(share));
            fprintf(out,
                    "%s: %s %% of %s damages, one to four bytes too few or too many, are refused; %s are not.\n",
                    footers ? "With section footers" : "Without, as in 2015", share,
                    grid_number(cells[footers], a), grid_number(cells[footers] - rejected[footers], b));
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

static const struct trial *find_other(const struct trial *trials, size_t n, const struct trial *trial)
{
    for (size_t i = 0; i < n; i++) {
        if (trials[i].footers != trial->footers && strcmp(trials[i].device, trial->device) == 0 &&
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

void experiment_markdown(FILE *out, const struct trial *trials, size_t n)
{
    fputs("| device | state | damages | rejected without footers | rejected with footers |\n"
          "|---|---|---|---|---|\n", out);
    for (size_t i = 0; i < n; i++) {
        const struct trial *other = find_other(trials, n, &trials[i]);
        const struct trial *legacy = trials[i].footers ? other : &trials[i];
        const struct trial *footer = trials[i].footers ? &trials[i] : other;

        if (trials[i].footers && legacy) {
            continue;
        }
        fprintf(out, "| %s %s | %s | %" PRIu64 " | ", trials[i].transport, trials[i].device, trials[i].state,
                cells_of(&trials[i]));
        print_share(out, legacy);
        fputs(" | ", out);
        print_share(out, footer);
        fputs(" |\n", out);
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Distinct findings for a number of loads: structure-aware mutation beside byte mutation, or beside the same guided by
 * coverage, in seeded trials of both in turns.  search.h says what is the same for both, and what counts; trials.h, how
 * it is counted.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/bench/statistics.h"
#include "harness/bench/trials.h"

struct bench {
    const char *transport, *folder, *known;
    bool list;
    struct trials trials;
};

/* A row: what both modes' trials have. */
struct row {
    double values[SEARCH_PAIR][PLAN_TRIALS];
};

static void print_cell(const double *values, size_t n)
{
    double low = values[0], high = values[0];
    char text[64];

    for (size_t i = 1; i < n; i++) {
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
    }
    snprintf(text, sizeof(text), "%.4g (%.4g-%.4g)", statistics_median(values, n), low, high);
    printf(" %24s", text);
}

static void print_row(const char *name, const struct row *row, size_t n)
{
    struct statistics_comparison comparison;

    statistics_compare(row->values[0], n, row->values[1], n, &comparison);
    printf("%-26s", name);
    print_cell(row->values[0], n);
    print_cell(row->values[1], n);
    printf(" %7.1f %9.2g %5.2f\n", comparison.u, comparison.p, comparison.a12);
}

static void print_findings(const struct trials *trials)
{
    struct row *rows = hs_alloc((VERDICT_COUNT + 1) * sizeof(*rows));

    for (size_t side = 0; side < SEARCH_PAIR; side++) {
        for (size_t i = 0; i < trials->plan.trials; i++) {
            double counts[VERDICT_COUNT + 1];

            trials_count(trials, side, i, counts);
            for (size_t k = 0; k <= VERDICT_COUNT; k++) {
                rows[k].values[side][i] = counts[k];
            }
        }
    }
    print_row("distinct findings", &rows[VERDICT_COUNT], trials->plan.trials);
    for (int k = VERDICT_REJECTED; k < VERDICT_COUNT; k++) {
        char name[32];

        snprintf(name, sizeof(name), "  %s", verdict_name((enum verdict)k));
        print_row(name, &rows[k], trials->plan.trials);
    }
    free(rows);
}

enum measure {
    MEASURE_UNREACHED, MEASURE_REJECTED, MEASURE_ACCEPTED, MEASURE_CRASHED, MEASURE_HUNG, MEASURE_INPUTS, MEASURE_KEPT,
    MEASURE_EDGES, MEASURE_RATE, MEASURE_COUNT,
};

static const char *const measures[MEASURE_COUNT] = {
    [MEASURE_UNREACHED] = "unreached, % of inputs", [MEASURE_REJECTED] = "rejected, % of inputs",
    [MEASURE_ACCEPTED] = "accepted, % of inputs",   [MEASURE_CRASHED] = "crashed, % of inputs",
    [MEASURE_HUNG] = "hung, % of inputs",           [MEASURE_INPUTS] = "inputs judged",
    [MEASURE_KEPT] = "inputs kept",                 [MEASURE_EDGES] = "edges of QEMU's code",
    [MEASURE_RATE] = "loads a second",
};

static double measure(const struct search_result *result, double seconds, enum measure what)
{
    double percent = 100.0 / (double)result->inputs;

    switch (what) {
    case MEASURE_UNREACHED:
        return percent * (double)result->unreached;
    case MEASURE_REJECTED:
        return percent * (double)result->verdicts[VERDICT_REJECTED];
    case MEASURE_ACCEPTED:
        return percent * (double)(result->verdicts[VERDICT_EQUAL] + result->verdicts[VERDICT_GARBAGE]);
    case MEASURE_CRASHED:
        return percent * (double)result->verdicts[VERDICT_CRASHED];
    case MEASURE_HUNG:
        return percent * (double)result->verdicts[VERDICT_HUNG];
    case MEASURE_INPUTS:
        return (double)result->inputs;
    case MEASURE_KEPT:
        return (double)result->corpus;
    case MEASURE_EDGES:
        return (double)result->edges;
    default:
        return (double)result->loads / seconds;
    }
}

static void print_measures(const struct trials *trials)
{
    for (int k = 0; k < MEASURE_COUNT; k++) {
        struct row row;

        for (size_t side = 0; side < SEARCH_PAIR; side++) {
            for (size_t i = 0; i < trials->plan.trials; i++) {
                row.values[side][i] = measure(&trials->shared->results[side][i], trials->shared->seconds[side][i],
                                              (enum measure)k);
            }
        }
        print_row(measures[k], &row, trials->plan.trials);
    }
}

/* Each distinct finding, and in how many trials of each mode it was found. */
static void print_list(const struct trials *trials)
{
    for (size_t i = 0; i < trials->n_found; i++) {
        const struct confirmed *confirmed = &trials->shared->confirmed[i];
        bool first = confirmed->verdict != VERDICT_UNKNOWN;

        for (size_t k = 0; k < i; k++) {
            first &= trials->shared->confirmed[k].signature != confirmed->signature;
        }
        if (first) {
            printf("%4u %4u  %s\n", trials_with(trials, 0, confirmed->signature),
                   trials_with(trials, 1, confirmed->signature), confirmed->what);
        }
    }
}

/* The first line of its signature: others are the same bug. */
static bool is_first(const struct known *known, const struct known_line *line)
{
    return known_of_signature(known, line->signature) == line;
}

static void print_taken(const struct trials *trials, size_t side, const struct known_line *line, unsigned *found)
{
    double values[PLAN_TRIALS];
    unsigned with;
    char text[32];

    for (size_t i = 0; i < trials->plan.trials; i++) {
        values[i] = (double)trials_taken(trials, side, i, line);
    }
    with = statistics_censor(values, trials->plan.trials, (double)trials->plan.loads, text, sizeof(text));
    printf(" %s, %u/%lu |", text, with, trials->plan.trials);
    *found += with != 0;
}

/* Each bug of the list that any trial found, and how many loads it took: the median, and in how many trials. */
static void print_known(const struct bench *bench)
{
    const struct trials *trials = &bench->trials;
    unsigned found[SEARCH_PAIR] = { 0 }, n = 0;
    struct known known;
    struct hs_error err;

    HS_CHECK(known_read(bench->known, &known, &err) == 0, "%s", err.text);
    printf("\n| known finding | verdict | %s | %s |\n|---|---|---|---|\n", search_mode_names[trials->modes[0]],
           search_mode_names[trials->modes[1]]);
    for (size_t i = 0; i < known.n; i++) {
        if (is_first(&known, &known.lines[i])) {
            n++;
            printf("| %s | %s |", known.lines[i].cause, verdict_name(known.lines[i].verdict));
            for (size_t side = 0; side < SEARCH_PAIR; side++) {
                print_taken(trials, side, &known.lines[i], &found[side]);
            }
            printf("\n");
        }
    }
    printf("\nof %u, found by any trial: %u, %u\n", n, found[0], found[1]);
    known_clear(&known);
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct bench *bench = state->input;

    switch (key) {
    case 'f':
        bench->folder = value;
        return 0;
    case 'c':
        bench->trials.modes[1] = SEARCH_COVERAGE;
        return 0;
    case 'T':
        bench->trials.seconds = (double)plan_number(value, 86400, state);
        return 0;
    case 'v':
        bench->list = true;
        return 0;
    case 'k':
        bench->known = value;
        return 0;
    case ARGP_KEY_ARG:
        if (strcmp(value, "ccw") != 0 && strcmp(value, "pci") != 0) {
            argp_error(state, "no transport \"%s\"; there are ccw and pci", value);
        }
        bench->transport = value;
        return 0;
    default:
        return plan_parse(&bench->trials.plan, key, value, state);
    }
}

static const struct argp argp = {
    .options = (const struct argp_option[]){
        PLAN_OPTIONS("10000"),
        { "seeds", 'f', "FOLDER", 0, "cases to start from; without any, those of a new capture are taken", 0 },
        { "coverage", 'c', NULL, 0, "structure alone beside structure with edges of QEMU's code as feedback; for a "
                                    "QEMU that counts them, which HARDSTOP_QEMU names", 0 },
        { "seconds", 'T', "N", 0, "for each trial, in the place of a number of loads", 0 },
        { "list", 'v', NULL, 0, "each finding, with the number of trials of both modes that found it", 0 },
        { "known", 'k', "FILE", 0, "a list of known findings: the loads to each, and in how many trials", 0 },
        { 0 },
    },
    .parser = parse,
    .args_doc = "[ccw|pci]",
    .doc = "Distinct findings: structure-aware mutation beside byte mutation, or beside itself with coverage, the same "
           "loop around both.",
};

static void print_table(const struct bench *bench)
{
    const struct trials *trials = &bench->trials;

    printf("%s, %zu seeds (%s), %lu trials of ", bench->transport, trials->seeds.n,
           bench->folder ? bench->folder : "captured", trials->plan.trials);
    printf(trials->seconds > 0 ? "%.0f seconds each: median (range)\n" : "%.0f loads each: median (range)\n",
           trials->seconds > 0 ? trials->seconds : (double)trials->plan.loads);
    printf("%-26s %24s %24s %7s %9s %5s\n", "", search_mode_names[trials->modes[0]],
           search_mode_names[trials->modes[1]], "U", "p", "A12");
    print_findings(trials);
    print_measures(trials);
    if (bench->list) {
        print_list(trials);
    }
    if (bench->known) {
        print_known(bench);
    }
}

int main(int argc, char **argv)
{
    struct bench bench = {
        .transport = "ccw",
        .trials.modes = { SEARCH_STRUCTURE, SEARCH_BYTES },
        .trials.plan = { .trials = 10, .loads = 10000, .seed = 1,
                         .jobs = (unsigned long)sysconf(_SC_NPROCESSORS_ONLN) },
    };

    argp_parse(&argp, argc, argv, 0, NULL, &bench);
    if (bench.folder) {
        bench_seeds_read(&bench.trials.seeds, bench.folder, bench.transport);
    }
    if (!bench.trials.seeds.n) {
        bench.folder = NULL;
        bench_seeds_capture(&bench.trials.seeds, bench.transport);
    }
    trials_run(&bench.trials);
    print_table(&bench);
    trials_clear(&bench.trials);
    return 0;
}

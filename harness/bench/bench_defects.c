/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads to each defect that was put back: structure-aware mutation beside byte mutation, of libFuzzer and of AFL++,
 * and, where the QEMU counts its edges, beside itself with them as feedback, in seeded trials of each.  defects.h says
 * what is counted.  Each trial is kept as JSON, so that what was interrupted goes on.
 */
#include <argp.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/bench/defects_trial.h"
#include "harness/bench/plan.h"
#include "harness/bench/processes.h"
#include "harness/bench/statistics.h"
#include "harness/setup/program.h"
#include "harness/setup/setup.h"

enum { SKIPPED = 77 };

struct bench {
    const char *transport, *qemu, *seeds, *table, *work;
    struct plan plan;
    struct bench_seeds starts;
    struct defects defects;
    const char *afl; /* bench_defects_afl; NULL: without AFL++ */
    size_t modes[TRIAL_MODES], n_modes; /* that are compared */
    struct defects_result *results[TRIAL_MODES]; /* of each of these */
};

static const char *const aims[DEFECT_AIMS] = { "marker", "verdict", "crash" };

/* "CCW-bytes-20000-3.json" */
static struct defects_trial trial_of(const struct bench *bench, size_t mode, size_t trial)
{
    uint64_t seed = bench->plan.seed + trial;

    return (struct defects_trial){
        .defects = &bench->defects, .seeds = &bench->starts, .mode = mode, .loads = bench->plan.loads, .seed = seed,
        .path = hs_format("%s/%s-%s-%lu-%lu.json", bench->work, bench->transport, defects_trial_modes[mode],
                          bench->plan.loads, (unsigned long)seed),
    };
}

/* In a process of its own.  The modes of a trial are neighbours, so that they meet the same machine. */
static void run_task(void *user, size_t index)
{
    const struct bench *bench = user;
    struct defects_trial trial = trial_of(bench, bench->modes[index % bench->n_modes], index / bench->n_modes);
    struct defects_result kept;
    char folder[] = "/tmp/hardstop-defects-XXXXXX", *command;
    pid_t child;
    int status;

    if (defects_result_read(trial.defects, trial.path, trial.loads, &kept)) {
        _exit(0);
    }
    trial.folder = mkdtemp(folder);
    HS_CHECK(trial.folder, "no folder in /tmp");
    child = fork();
    HS_CHECK(child >= 0, "no new process");
    if (child == 0) {
        if (trial.mode == TRIAL_AFL) {
            defects_trial_afl(&trial, bench->afl, bench->transport, bench->seeds, bench->table);
            _exit(0);
        }
        defects_trial_search(&trial);
    }
    HS_CHECK(waitpid(child, &status, 0) == child && status == 0, "a trial failed; its files: %s", folder);
    command = hs_format("rm -rf %s", folder);
    HS_CHECK(system(command) == 0, "%s", command);
    _exit(0);
}

static void read_all(struct bench *bench)
{
    for (size_t mode = 0; mode < bench->n_modes; mode++) {
        bench->results[mode] = hs_resize(NULL, bench->plan.trials, sizeof(*bench->results[mode]));
        for (size_t i = 0; i < bench->plan.trials; i++) {
            struct defects_trial trial = trial_of(bench, bench->modes[mode], i);

            HS_CHECK(defects_result_read(trial.defects, trial.path, trial.loads, &bench->results[mode][i]),
                     "%s is not kept", trial.path);
        }
    }
}

/* "1234 3/3": the median, a trial that did not come there counting as all its loads, and how many did. */
static void print_cell(const struct bench *bench, size_t mode, size_t defect, size_t aim, double *values)
{
    unsigned came;
    char text[32];

    for (size_t i = 0; i < bench->plan.trials; i++) {
        values[i] = (double)bench->results[mode][i].taken[defect][aim];
    }
    came = statistics_censor(values, bench->plan.trials, (double)bench->plan.loads, text, sizeof(text));
    printf(" %s %u/%lu |", text, came, bench->plan.trials);
}

static void print_head(const struct bench *bench)
{
    printf("| defect | acts |");
    for (size_t aim = 0; aim < DEFECT_AIMS; aim++) {
        for (size_t mode = 0; mode < bench->n_modes; mode++) {
            printf(" %s%s%s |", mode ? "" : aims[aim], mode ? "" : ": ", defects_trial_modes[bench->modes[mode]]);
        }
    }
    printf(" U, p, A12 of verdict, structure and bytes |\n|---|---|");
    for (size_t i = 0; i < DEFECT_AIMS * bench->n_modes; i++) {
        printf("---|");
    }
    printf("---|\n");
}

static void print_table(const struct bench *bench)
{
    printf("%s, %zu seeds, %lu trials of %lu loads: median of the loads to it, and in how many trials\n\n",
           bench->transport, bench->starts.n, bench->plan.trials, bench->plan.loads);
    print_head(bench);
    for (size_t i = 0; i < bench->defects.n; i++) {
        struct statistics_comparison comparison = { 0 };

        printf("| %s | %s |", bench->defects.rows[i].name, bench->defects.rows[i].at_use ? "use" : "load");
        for (size_t aim = 0; aim < DEFECT_AIMS; aim++) {
            double values[TRIAL_MODES][PLAN_TRIALS];

            for (size_t mode = 0; mode < bench->n_modes; mode++) {
                print_cell(bench, mode, i, aim, values[mode]);
            }
            if (aim == DEFECT_VERDICT) {
                statistics_compare(values[SEARCH_STRUCTURE], bench->plan.trials, values[SEARCH_BYTES],
                                   bench->plan.trials, &comparison);
            }
        }
        printf(" %.1f, %.2g, %.2f |\n", comparison.u, comparison.p, comparison.a12);
    }
}

/* How many trials came to a share of the defects, each of its own: survival, by loads. */
static void print_survival(const struct bench *bench)
{
    printf("\nDefects with a verdict within so many loads, mean of the trials, of %zu that are looked for:\n",
           bench->defects.n);
    for (size_t mode = 0; mode < bench->n_modes; mode++) {
        printf("%-10s", defects_trial_modes[bench->modes[mode]]);
        for (unsigned long loads = 100; loads / 10 < bench->plan.loads; loads *= 10) {
            unsigned long limit = loads < bench->plan.loads ? loads : bench->plan.loads, n = 0;

            for (size_t i = 0; i < bench->plan.trials; i++) {
                for (size_t k = 0; k < bench->defects.n; k++) {
                    unsigned long taken = bench->results[mode][i].taken[k][DEFECT_VERDICT];

                    n += taken && taken <= limit;
                }
            }
            printf("  %lu: %.1f", limit, (double)n / (double)bench->plan.trials);
        }
        printf("\n");
    }
}

static void add_mode(struct bench *bench, size_t mode)
{
    for (size_t i = 0; i < bench->n_modes; i++) {
        if (bench->modes[i] == mode) {
            return;
        }
    }
    bench->modes[bench->n_modes++] = mode;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct bench *bench = state->input;

    switch (key) {
    case 'f':
        bench->seeds = value;
        return 0;
    case 'd':
        bench->table = value;
        return 0;
    case 'q':
        bench->qemu = value;
        return 0;
    case 'w':
        bench->work = value;
        return 0;
    case 'c':
        add_mode(bench, SEARCH_COVERAGE);
        return 0;
    case 'a':
        bench->afl = value;
        add_mode(bench, TRIAL_AFL);
        return 0;
    case 'T':
        bench->transport = value;
        return 0;
    default:
        return plan_parse(&bench->plan, key, value, state);
    }
}

static const struct argp argp = {
    .options = (const struct argp_option[]){
        PLAN_OPTIONS("20000"),
        { "seeds", 'f', "FOLDER", 0, "cases to start from (default corpus/cases/seeds/TRANSPORT)", 0 },
        { "defects", 'd', "FILE", 0, "the table of them (default corpus/defects.tsv)", 0 },
        { "qemu", 'q', "PATH", 0, "of ci/qemu --source --patch defects (default: what is there; 77 without one)", 0 },
        { "work", 'w', "FOLDER", 0, "where trials are kept (default work/defects)", 0 },
        { "coverage", 'c', NULL, 0, "also structure with QEMU's edges as feedback, of one that counts them", 0 },
        { "afl", 'a', "PROGRAM", 0, "also bytes by AFL++, whose target bench_defects_afl is", 0 },
        { "transport", 'T', "NAME", 0, "ccw or pci (default ccw)", 0 },
        { 0 },
    },
    .parser = parse,
    .doc = "Loads to each defect that was put back into a QEMU.",
};

/* The first QEMU with defects that ci/qemu has made; NULL: none. */
static char *find_qemu(const char *transport)
{
    const char *cache = getenv("HARDSTOP_CACHE"), *home = getenv("HOME");
    const char *binary = strcmp(transport, "pci") == 0 ? SETUP_BINARY("x86_64") : SETUP_BINARY("s390x");
    char *pattern = hs_format("%s%s/qemu/bin/%s-*-defects*", cache ? cache : home ? home : "",
                              cache ? "" : "/.cache/hardstop", binary);
    glob_t found = { 0 };
    char *path;

    glob(pattern, 0, NULL, &found);
    path = found.gl_pathc ? hs_strdup(found.gl_pathv[0]) : NULL;
    globfree(&found);
    free(pattern);
    return path;
}

int main(int argc, char **argv)
{
    struct bench bench = {
        .transport = "ccw", .table = "corpus/defects.tsv", .work = "work/defects",
        .modes = { SEARCH_STRUCTURE, SEARCH_BYTES }, .n_modes = 2,
        .plan = { .trials = 10, .loads = 20000, .seed = 1,
                  .jobs = (unsigned long)sysconf(_SC_NPROCESSORS_ONLN) },
    };
    struct hs_error err;

    argp_parse(&argp, argc, argv, 0, NULL, &bench);
    bench.seeds = bench.seeds ? bench.seeds : hs_format("corpus/cases/seeds/%s", bench.transport);
    bench.qemu = bench.qemu ? bench.qemu : find_qemu(bench.transport);
    if (!bench.qemu) {
        fprintf(stderr, "no QEMU with defects: ci/qemu --source --patch defects trixie\n");
        return SKIPPED;
    }
    setenv(PROGRAM_ENV, bench.qemu, 1);
    HS_CHECK(file_make_folder(bench.work, &err) == 0, "%s", err.text);
    defects_read(&bench.defects, bench.table, bench.transport);
    bench_seeds_read(&bench.starts, bench.seeds, bench.transport);
    HS_CHECK(bench.starts.n, "no seeds in %s", bench.seeds);
    processes_run("trials", bench.plan.trials * bench.n_modes, bench.plan.jobs, run_task, &bench);
    read_all(&bench);
    print_table(&bench);
    print_survival(&bench);
    for (size_t mode = 0; mode < bench.n_modes; mode++) {
        free(bench.results[mode]);
    }
    bench_seeds_clear(&bench.starts);
    return 0;
}

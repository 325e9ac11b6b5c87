/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads to each defect that was put back: structure-aware mutation beside byte mutation, in seeded trials of both.
 * defects.h says what is counted.  Each trial is kept as JSON, so that what was interrupted goes on.
 */
#include <argp.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/bench/defects.h"
#include "harness/bench/engine.h"
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
    struct defects_result *results[SEARCH_PAIR];
};

struct task {
    const struct bench *bench;
    size_t mode, trial;
};

static const char *const aims[DEFECT_AIMS] = { "marker", "verdict", "crash" };

static char *path_of(const struct bench *bench, size_t mode, size_t trial)
{
    return hs_format("%s/%s-%s-%lu-%lu.json", bench->work, bench->transport, search_mode_names[mode], bench->plan.loads,
                     bench->plan.seed + trial);
}

/* What is kept of a trial; false: it is still to be done. */
static bool read_trial(const struct bench *bench, size_t mode, size_t trial, struct defects_result *result)
{
    char *path = path_of(bench, mode, trial);
    json_t *json = json_load_file(path, 0, NULL);
    bool good = json && defects_json_read(&bench->defects, json, bench->plan.loads, result);

    json_decref(json);
    free(path);
    return good;
}

static void run_trial(void *user)
{
    const struct task *task = user;
    const struct bench *bench = task->bench;
    char folder[] = "/tmp/hardstop-defects-XXXXXX", *path = path_of(bench, task->mode, task->trial), *text, *command;
    struct search_options options = {
        .mode = (enum search_mode)task->mode, .seeds = &bench->starts, .loads = bench->plan.loads,
        .seed = bench->plan.seed + task->trial, .bytes = LLVMFuzzerMutate, .folder = mkdtemp(folder),
    };
    struct defects_result result;
    struct hs_error err;
    json_t *json;

    HS_CHECK(options.folder, "no folder in /tmp");
    defects_search(&bench->defects, &options, &result);
    json = defects_json(&bench->defects, &result);
    text = json_dumps(json, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    HS_CHECK(file_write_own(path, text, strlen(text), &err) == 0, "%s", err.text);
    command = hs_format("rm -rf %s", folder);
    HS_CHECK(system(command) == 0, "%s", command);
}

/* Both modes of a trial are neighbours, so that they meet the same machine. */
static void run_task(void *user, size_t index)
{
    struct task task = { user, index % SEARCH_PAIR, index / SEARCH_PAIR };
    struct defects_result kept;

    if (read_trial(task.bench, task.mode, task.trial, &kept)) {
        _exit(0);
    }
    engine_run((uint32_t)(task.bench->plan.seed + task.trial), run_trial, &task);
}

static void read_all(struct bench *bench)
{
    for (size_t mode = 0; mode < SEARCH_PAIR; mode++) {
        bench->results[mode] = hs_resize(NULL, bench->plan.trials, sizeof(*bench->results[mode]));
        for (size_t i = 0; i < bench->plan.trials; i++) {
            HS_CHECK(read_trial(bench, mode, i, &bench->results[mode][i]), "trial %zu is not kept", i);
        }
    }
}

/* "1234 3/3": the median, a trial that did not come there counting as all its loads, and how many did. */
static void print_cell(const struct bench *bench, size_t mode, size_t defect, size_t aim, double *values)
{
    size_t came = 0;
    char text[32] = "-";

    for (size_t i = 0; i < bench->plan.trials; i++) {
        unsigned long taken = bench->results[mode][i].taken[defect][aim];

        came += taken != 0;
        values[i] = (double)(taken ? taken : bench->plan.loads);
    }
    if (came) {
        snprintf(text, sizeof(text), "%s%.0f", came * 2 > bench->plan.trials ? "" : ">",
                 statistics_median(values, bench->plan.trials));
    }
    printf(" %s %zu/%lu |", text, came, bench->plan.trials);
}

static void print_table(const struct bench *bench)
{
    printf("%s, %zu seeds, %lu trials of %lu loads: median of the loads to it, and in how many trials\n\n",
           bench->transport, bench->starts.n, bench->plan.trials, bench->plan.loads);
    printf("| defect | acts |");
    for (size_t aim = 0; aim < DEFECT_AIMS; aim++) {
        printf(" %s: structure | bytes |", aims[aim]);
    }
    printf(" U, p, A12 of verdict |\n|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < bench->defects.n; i++) {
        struct statistics_comparison comparison = { 0 };

        printf("| %s | %s |", bench->defects.rows[i].name, bench->defects.rows[i].at_use ? "use" : "load");
        for (size_t aim = 0; aim < DEFECT_AIMS; aim++) {
            double values[SEARCH_PAIR][PLAN_TRIALS];

            for (size_t mode = 0; mode < SEARCH_PAIR; mode++) {
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
    for (size_t mode = 0; mode < SEARCH_PAIR; mode++) {
        printf("%-10s", search_mode_names[mode]);
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
    default:
        return plan_parse(&bench->plan, key, value, state);
    }
}

static const struct argp argp = {
    .options = (const struct argp_option[]){
        PLAN_OPTIONS("20000"),
        { "seeds", 'f', "FOLDER", 0, "cases to start from (default corpus/cases/seeds/ccw)", 0 },
        { "defects", 'd', "FILE", 0, "the table of them (default corpus/defects.tsv)", 0 },
        { "qemu", 'q', "PATH", 0, "of ci/qemu --source --patch defects (default: what is there; 77 without one)", 0 },
        { "work", 'w', "FOLDER", 0, "where trials are kept (default work/defects)", 0 },
        { 0 },
    },
    .parser = parse,
    .doc = "Loads to each defect that was put back into a QEMU.",
};

/* The first QEMU with defects that ci/qemu has made; NULL: none. */
static char *find_qemu(void)
{
    const char *cache = getenv("HARDSTOP_CACHE"), *home = getenv("HOME");
    char *pattern = hs_format("%s%s/qemu/bin/" SETUP_BINARY("s390x") "-*-defects*", cache ? cache : home ? home : "",
                              cache ? "" : "/.cache/hardstop");
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
        .transport = "ccw", .seeds = "corpus/cases/seeds/ccw", .table = "corpus/defects.tsv", .work = "work/defects",
        .plan = { .trials = 10, .loads = 20000, .seed = 1,
                  .jobs = (unsigned long)sysconf(_SC_NPROCESSORS_ONLN) },
    };
    struct hs_error err;

    argp_parse(&argp, argc, argv, 0, NULL, &bench);
    bench.qemu = bench.qemu ? bench.qemu : find_qemu();
    if (!bench.qemu) {
        fprintf(stderr, "no QEMU with defects: ci/qemu --source --target s390x --patch defects trixie\n");
        return SKIPPED;
    }
    setenv(PROGRAM_ENV, bench.qemu, 1);
    HS_CHECK(file_make_folder(bench.work, &err) == 0, "%s", err.text);
    defects_read(&bench.defects, bench.table, bench.transport);
    bench_seeds_read(&bench.starts, bench.seeds, bench.transport);
    HS_CHECK(bench.starts.n, "no seeds in %s", bench.seeds);
    processes_run("trials", bench.plan.trials * SEARCH_PAIR, bench.plan.jobs, run_task, &bench);
    read_all(&bench);
    print_table(&bench);
    print_survival(&bench);
    for (size_t mode = 0; mode < SEARCH_PAIR; mode++) {
        free(bench.results[mode]);
    }
    bench_seeds_clear(&bench.starts);
    return 0;
}

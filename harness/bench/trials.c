/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs trials, judges what they found once more, and counts what stays. */
#include "harness/bench/trials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/time.h"
#include "harness/loader/open.h"
#include "harness/bench/blame.h"
#include "harness/bench/engine.h"
#include "harness/bench/processes.h"

struct task {
    struct trials *trials;
    size_t index;
};

/* Both modes of a trial are neighbours, so that they meet the same machine. */
static void run_trial(void *user)
{
    const struct task *task = user;
    struct trials *trials = task->trials;
    size_t side = task->index % SEARCH_PAIR, trial = task->index / SEARCH_PAIR;
    const struct search_options options = {
        .mode = trials->modes[side], .seconds = trials->seconds, .seeds = &trials->seeds, .loads = trials->plan.loads,
        .seed = trials->plan.seed + trial, .bytes = LLVMFuzzerMutate, .folder = trials->folder,
    };
    double start = time_now();

    search_run(&options, &trials->shared->results[side][trial]);
    trials->shared->seconds[side][trial] = time_now() - start;
}

static void run_trial_in_engine(void *user, size_t index)
{
    struct trials *trials = user;
    struct task task = { trials, index };

    engine_run((uint32_t)(trials->plan.seed + index / SEARCH_PAIR), run_trial, &task);
}

static bool is_in_a_seed(const struct trials *trials, const char *name, size_t size)
{
    struct stream_encoding encoding = { 0 };
    bool found = false;

    for (size_t i = 0; i < trials->seeds.n && !found; i++) {
        stream_encode(trials->seeds.tests[i]->stream, &encoding, NULL, NULL);
        found = memmem(encoding.out.data, encoding.out.size, name, size) != NULL;
    }
    stream_encoding_clear(&encoding);
    return found;
}

/* Copies a field's path with each name in brackets that the input made up as "?".  True when there was one. */
static bool without_made_up(const struct trials *trials, const char *path, char *out, size_t size)
{
    size_t n = 0;
    bool any = false;

    while (*path && n + 2 < size) {
        size_t length = path[0] == '[' ? strcspn(path + 1, "]") : 0;

        out[n++] = *path++;
        if (length && !is_in_a_seed(trials, path, length)) {
            out[n++] = '?';
            path += length;
            any = true;
        }
    }
    out[n] = 0;
    return any;
}

/* Its signature; but names that the input made up do not make another finding. */
static void name_finding(const struct trials *trials, const struct finding *finding, struct confirmed *confirmed)
{
    bool strange = *finding->device && !is_in_a_seed(trials, finding->device, strlen(finding->device));
    char field[sizeof(finding->field)];

    strange |= without_made_up(trials, finding->field, field, sizeof(field));
    snprintf(confirmed->what, sizeof(confirmed->what), "%-8s %s %s", verdict_name(finding->verdict),
             is_in_a_seed(trials, finding->device, strlen(finding->device)) ? finding->device : "?",
             *finding->crash ? finding->crash : field);
    confirmed->verdict = finding->verdict;
    confirmed->signature = strange && !*finding->crash ? XXH3_64bits(confirmed->what, strlen(confirmed->what))
                                                       : finding->signature;
}

static void confirm(void *user, size_t index)
{
    const struct trials *trials = user;
    const struct finding *found = &trials->found[index];
    struct confirmed *confirmed = &trials->shared->confirmed[index];
    char *path = finding_case_path(trials->folder, found);
    struct oracle oracle = { 0 };
    struct finding reduced;
    Hardstop__Case *test;
    struct hs_error err;

    test = case_read(path, &err);
    HS_CHECK(test, "%s", err.text);
    oracle.loader = loader_open(test->setup, TRUST_ALL, NULL, &err);
    HS_CHECK(oracle.loader, "%s: %s", path, err.text);
    confirmed->found = found->signature;
    if (blame_reduce(&oracle, test, &reduced)) {
        name_finding(trials, &reduced, confirmed);
    }
    loader_close(oracle.loader);
    fflush(NULL);
    _exit(0);
}

static void remove_findings(struct trials *trials)
{
    for (size_t i = 0; i < trials->n_found; i++) {
        char *text = finding_case_path(trials->folder, &trials->found[i]);
        char *json = hs_format("%.*s.json", (int)(strlen(text) - strlen(".textproto")), text);

        unlink(text);
        unlink(json);
        free(text);
        free(json);
    }
    rmdir(trials->folder);
}

void trials_run(struct trials *trials)
{
    struct hs_error err;

    snprintf(trials->folder, sizeof(trials->folder), "/tmp/hardstop-bench-XXXXXX");
    trials->shared = mmap(NULL, sizeof(*trials->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    HS_CHECK(trials->shared != MAP_FAILED && mkdtemp(trials->folder), "no memory, or no folder in /tmp");
    processes_run("trials", trials->plan.trials * SEARCH_PAIR, trials->plan.jobs, run_trial_in_engine, trials);
    trials->found = finding_read_all(trials->folder, &trials->n_found, &err);
    HS_CHECK(trials->found && trials->n_found <= HS_COUNT(trials->shared->confirmed), "%zu findings", trials->n_found);
    processes_run("findings judged again", trials->n_found, trials->plan.jobs, confirm, trials);
    remove_findings(trials);
}

void trials_clear(struct trials *trials)
{
    free(trials->found);
    bench_seeds_clear(&trials->seeds);
    munmap(trials->shared, sizeof(*trials->shared));
    memset(trials, 0, sizeof(*trials));
}

/* What became of the finding with that signature. */
static const struct confirmed *confirmed_of(const struct trials *trials, uint64_t found)
{
    const struct confirmed *confirmed = trials->shared->confirmed;

    while (confirmed->found != found) {
        confirmed++;
    }
    return confirmed;
}

void trials_count(const struct trials *trials, size_t side, size_t trial, double counts[VERDICT_COUNT + 1])
{
    const struct search_result *result = &trials->shared->results[side][trial];
    uint64_t seen[SEARCH_FINDINGS];
    size_t n_seen = 0;

    memset(counts, 0, (VERDICT_COUNT + 1) * sizeof(*counts));
    for (size_t i = 0; i < result->n_findings; i++) {
        const struct confirmed *confirmed = confirmed_of(trials, result->findings[i]);
        size_t k = 0;

        while (k < n_seen && seen[k] != confirmed->signature) {
            k++;
        }
        if (k == n_seen && confirmed->verdict != VERDICT_UNKNOWN) {
            seen[n_seen++] = confirmed->signature;
            counts[confirmed->verdict]++;
            counts[VERDICT_COUNT]++;
        }
    }
}

unsigned trials_with(const struct trials *trials, size_t side, uint64_t signature)
{
    unsigned with = 0;

    for (size_t i = 0; i < trials->plan.trials; i++) {
        const struct search_result *result = &trials->shared->results[side][i];
        size_t k = 0;

        while (k < result->n_findings && (confirmed_of(trials, result->findings[k])->signature != signature ||
                                          !confirmed_of(trials, result->findings[k])->verdict)) {
            k++;
        }
        with += k < result->n_findings;
    }
    return with;
}

unsigned long trials_taken(const struct trials *trials, size_t side, size_t trial, const struct known_line *line)
{
    const struct search_result *result = &trials->shared->results[side][trial];

    for (size_t i = 0; i < result->n_findings; i++) {
        const struct confirmed *confirmed = confirmed_of(trials, result->findings[i]);

        if (confirmed->verdict != VERDICT_UNKNOWN &&
            (known_shows(line, confirmed->found) || known_shows(line, confirmed->signature))) {
            return result->taken[i];
        }
    }
    return 0;
}

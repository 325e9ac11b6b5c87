/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent: from plan and journal to the audit. */
#include "harness/audit/sweep/sweep.h"

#include <sched.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/time.h"
#include "harness/audit/sweep/pool.h"

/* How often progress is told and the journal written. */
#define INTERVAL_S 0.1

static unsigned count_cores(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

static uint64_t hash_of(const struct sweep_plan *plan, uint32_t timeout_ms, const char *loader)
{
    uint64_t hash = sweep_plan_hash(plan);

    hash = XXH3_64bits_withSeed(&timeout_ms, sizeof(timeout_ms), hash);
    return loader ? XXH3_64bits_withSeed(loader, strlen(loader), hash) : hash;
}

static void tell(const struct sweep_options *options, const struct sweep_tally *tally, uint64_t done_before,
                 double seconds)
{
    struct sweep_progress progress = { .done = tally->done, .cells = tally->plan->cells, .seconds_left = -1 };

    if (!options->progress) {
        return;
    }
    if (seconds > 0) {
        progress.rate = (double)(tally->done - done_before) / seconds;
    }
    if (progress.rate > 0) {
        progress.seconds_left = (double)(progress.cells - progress.done) / progress.rate;
    }
    options->progress(options->user, &progress);
}

static int run(struct sweep_pool *pool, const struct sweep_options *options, const volatile int *interrupted,
               struct hs_error *err)
{
    struct sweep_tally *tally = pool->tally;
    double begin = time_now(), last = begin, now;
    uint64_t done_before = tally->done;
    int result = 0;

    while (tally->missing && !pool->has_failed && result == 0) {
        if (interrupted && *interrupted) {
            result = 1;
            break;
        }
        sweep_pool_turn(pool);
        now = time_now();
        if (now - last >= INTERVAL_S) {
            last = now;
            result = sweep_journal_flush(&tally->journal, &tally->answers, err);
            tell(options, tally, done_before, now - begin);
        }
    }
    sweep_pool_end(pool);
    if (pool->has_failed) {
        result = -1;
    }
    /* A reason that there is already comes first. */
    if (sweep_journal_flush(&tally->journal, &tally->answers, result < 0 ? NULL : err) < 0) {
        result = -1;
    }
    tell(options, tally, done_before, time_now() - begin);
    return result == 1 && !tally->missing ? 0 : result;
}

int sweep(const Hardstop__Case *test, const struct sweep_options *options, sweep_open_fn *open, void *user,
          const volatile int *interrupted, struct audit *audit, struct hs_error *err)
{
    struct sweep_plan plan;
    struct sweep_tally tally = { 0 };
    struct sweep_pool pool = { .tally = &tally, .err = err };
    uint32_t timeout_ms = options->timeout_ms ? options->timeout_ms : LOADER_TIMEOUT_MS;
    int result = -1;

    tally.journal.fd = -1;
    if (sweep_plan_init(&plan, test, options, err) == 0 &&
        sweep_tally_init(&tally, &plan, options->journal, hash_of(&plan, timeout_ms, audit->loader), err) == 0) {
        pool.n = options->jobs ? options->jobs : count_cores();
        pool.n = pool.n < SWEEP_WORKERS ? pool.n : SWEEP_WORKERS;
        pool.job = (struct sweep_job){
            .plan = &plan, .repeats = tally.repeats, .results = tally.results, .open = open, .user = user,
            .timeout_ms = timeout_ms, .grace_ms = options->grace_ms, .with_fresh = true,
        };
        result = run(&pool, options, interrupted, err);
    }
    if (result == 0) {
        sweep_tally_fill(&tally, audit);
    }
    sweep_tally_clear(&tally);
    sweep_plan_clear(&plan);
    return result;
}

int sweep_foresee(const Hardstop__Case *test, const struct sweep_options *options, struct audit *audit,
                  struct hs_error *err)
{
    struct sweep_plan plan;
    struct sweep_tally tally = { 0 };
    int result = -1;

    tally.journal.fd = -1;
    if (sweep_plan_init(&plan, test, options, err) == 0 && sweep_tally_init(&tally, &plan, NULL, 0, err) == 0) {
        uint32_t unknown = sweep_answers_put(&tally.answers, VERDICT_UNKNOWN, "");

        for (uint32_t i = 0; i < plan.cells; i++) {
            sweep_tally_put(&tally, i, unknown);
        }
        sweep_tally_fill(&tally, audit);
        result = 0;
    }
    sweep_tally_clear(&tally);
    sweep_plan_clear(&plan);
    return result;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sweep of the rng device's section on the real loader: the same twice, and as the oracle judges single cases. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "harness/audit/edit/edit_plan.h"
#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/loader/open.h"
#include "toy.h"

enum { SAMPLES = 40 };

static const struct edit_value zero = { { 0x00 }, 1 };

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void sweep_rng(const Hardstop__Case *test, Hardstop__Setup *setup, size_t section, struct audit *audit)
{
    const struct sweep_options options = {
        .section = section, .choice.edits = 1u << EDIT_INSERT | 1u << EDIT_DELETE | 1u << EDIT_SECTION,
        .choice.values = &zero, .choice.n_values = 1, .choice.lengths = 1, .timeout_ms = 1000,
    };
    struct hs_error err;

    if (sweep(test, &options, loader_open_source, &(struct loader_source){ setup, TRUST_ALL }, NULL, audit, &err)) {
        fail_msg("%s", err.text);
    }
}

/* The verdict of one cell, by the oracle. */
static enum verdict judge(struct oracle *oracle, const Hardstop__Case *test, size_t section,
                          const struct audit_run *run, uint32_t offset)
{
    Hardstop__Damage *damage = edit_damage(test, section, run->edit, run->value, offset);
    Hardstop__Case damaged = *test;
    struct judgement judgement = { 0 };
    struct hs_error err;
    enum verdict verdict;

    assert_non_null(damage);
    damaged.n_damage = 1;
    damaged.damage = &damage;
    if (oracle_judge(oracle, &damaged, &judgement, &err) < 0) {
        fail_msg("%s", err.text);
    }
    verdict = judgement.verdict;
    judgement_clear(&judgement);
    hardstop__damage__free_unpacked(damage, NULL);
    return verdict;
}

static void compare_samples(const Hardstop__Case *test, const Hardstop__Setup *setup, size_t section,
                            const struct audit *audit)
{
    struct oracle oracle = { .loader = support_open(setup), .hasty = true };
    struct random random;

    random_init(&random, 1);
    for (int i = 0; i < SAMPLES; i++) {
        const struct audit_run *run = &audit->runs[random_below(&random, audit->n_runs)];
        uint32_t offset = run->offset + (uint32_t)random_below(&random, run->count);

        assert_int_equal(judge(&oracle, test, section, run, offset), run->verdict);
    }
    loader_close(oracle.loader);
    oracle_clear(&oracle);
}

static void the_rng_section_is_swept(void **state)
{
    Hardstop__Case *test = support_capture_part("ccw", HARDSTOP__FRAMING__FOOTER, "virtio-rng");
    Hardstop__Setup *setup = support_setup("ccw", NULL, HARDSTOP__FRAMING__FOOTER);
    size_t section = support_find(test, "virtio-rng");
    struct audit audits[2] = { 0 };
    uint64_t stopped, cells;
    char *dumps[2];
    double begin = now();

    (void)state;
    for (int i = 0; i < 2; i++) {
        sweep_rng(test, setup, section, &audits[i]);
        dumps[i] = toy_dump(&audits[i]);
    }
    assert_string_equal(dumps[0], dumps[1]);
    audit_hard_stops(&audits[0], &stopped, &cells);
    printf("%u streams for %llu cells, twice in %.1f s; %llu stopped\n", audits[0].streams,
           (unsigned long long)cells, now() - begin, (unsigned long long)stopped);
    assert_int_equal(cells, 2 * audits[0].bytes + 1);
    assert_int_equal(audits[0].counts[EDIT_DELETE][VERDICT_UNKNOWN], 0);
    assert_int_equal(audits[0].counts[EDIT_INSERT][VERDICT_UNKNOWN], 0);
    assert_int_equal(audit_cells(&audits[0], EDIT_SECTION), 3);
    assert_true(stopped > cells / 2);
    compare_samples(test, setup, section, &audits[0]);
    for (int i = 0; i < 2; i++) {
        audit_clear(&audits[i]);
        free(dumps[i]);
    }
    hardstop__setup__free_unpacked(setup, NULL);
    case_free(test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(the_rng_section_is_swept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

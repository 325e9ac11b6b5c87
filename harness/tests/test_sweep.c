/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sweep judges every cell once and right, whatever its loader does, with any number of workers. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/audit/sweep/plan.h"
#include "harness/audit/sweep/pool.h"
#include "harness/loader/limits.h"
#include "toy.h"

static const struct edit_value values[] = { { { 0x00 }, 1 }, { { 0xff }, 1 }, { { 0x41, 0x42 }, 2 } };

static const struct toy_deed deeds[] = {
    { EDIT_TRUNCATE, "", 40, TOY_GARBAGE },   { EDIT_TRUNCATE, "", 41, TOY_GARBAGE },
    { EDIT_DELETE, "2", 60, TOY_EQUAL },      { EDIT_DELETE, "1", 61, TOY_SKIPS },
    { EDIT_INSERT, "4142", 30, TOY_FAULTS },  { EDIT_INSERT, "4142", 31, TOY_FAULTS_FAST },
    { EDIT_INSERT, "4142", 32, TOY_ABORTS },  { EDIT_INSERT, "4142", 33, TOY_ABORTS },
    { EDIT_INSERT, "4142", 34, TOY_EXITS },   { EDIT_INSERT, "4142", 35, TOY_FAILS },
    { EDIT_FLIP, "10", 25, TOY_LONGER },      { EDIT_SECTION, "drop", 0, TOY_EQUAL },
};

/* What is said of these, run by run; all else is rejected.  Among zeros it makes no difference which are missing. */
static const char expected[] =
    "truncate  40+2 garbage: accepted; virtio-rng virtio.status: 15 -> 79; 1 byte differs in 1 section\n"
    "insert 4142 30+1 crashed: SIGSEGV in toy_load\n"
    "insert 4142 32+2 crashed: SIGABRT ended the loader's process\n"
    "insert 4142 34+1 crashed: exit(3) ended the loader's process\n"
    "insert 4142 35+1 unknown: the toy is broken\n"
    "delete 1 60+21 garbage: accepted; virtio-rng never loaded; virtio-rng virtio.status: 15 -> 0; 2 bytes differ "
    "in 1 section\n"
    "delete 2 60+20 equal: accepted, saves again as if undamaged\n"
    "flip 10 25+1 garbage: accepted; a 28 bytes for 4; 24 bytes differ in 1 section\n"
    "section drop 0+1 equal: accepted, saves again as if undamaged\n";

static struct sweep_options all_of(size_t section)
{
    return (struct sweep_options){
        .section = section, .choice.edits = edit_all(), .choice.values = values, .choice.n_values = HS_COUNT(values),
        .choice.lengths = 0xf, .jobs = 2, .timeout_ms = 100, .grace_ms = 60000,
    };
}

/* Runs a sweep that succeeds; returns its dump. */
static char *sweep_toy(struct toy *toy, const struct sweep_options *options, struct audit *audit)
{
    struct hs_error err;
    char *dump;

    memset(audit, 0, sizeof(*audit));
    if (sweep(toy->test, options, toy_open, toy, NULL, audit, &err) != 0) {
        fail_msg("%s", err.text);
    }
    dump = toy_dump(audit);
    return dump;
}

/* The lines of a dump that are of another verdict than rejected, without the head. */
static char *not_rejected(const char *dump)
{
    char *text = calloc(1, strlen(dump) + 1), *to = text;

    for (const char *line = strchr(dump, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        size_t length = (size_t)(strchr(line, '\n') + 1 - line);

        if (!memmem(line, length, " rejected: ", 11)) {
            memcpy(to, line, length);
            to += length;
        }
    }
    return text;
}

static void cells_get_their_verdicts(void **state)
{
    struct sweep_options options = all_of(TOY_SECTION);
    struct sweep_plan plan;
    struct audit audit;
    struct toy toy;
    uint64_t cells = 0, streams = 0;
    char *dump, *found;

    (void)state;
    toy_init(&toy, TOY_SECTION, deeds, HS_COUNT(deeds));
    dump = sweep_toy(&toy, &options, &audit);
    found = not_rejected(dump);
    assert_string_equal(found, expected);
    assert_int_equal(sweep_plan_init(&plan, toy.test, &options, NULL), 0);
    for (uint32_t i = 0; i < plan.cells; i++) {
        struct sweep_cell cell = sweep_plan_cell(&plan, i);

        streams += !sweep_plan_repeats(&plan, &cell);
    }
    for (unsigned edit = 0; edit < edit_count; edit++) {
        cells += audit_cells(&audit, (enum edit)edit);
    }
    assert_int_equal(cells, plan.cells);
    assert_int_equal(audit.streams, streams);
    assert_true(streams < cells);
    assert_int_equal(audit.bytes, plan.target.bytes);
    assert_string_equal(audit.section, "/fe.0.0005/virtio-rng");
    assert_string_equal(audit_field_at(&audit, 0)->path, "type");
    assert_string_equal(audit_field_at(&audit, audit.bytes - 1)->path, "footer.section_id");
    /* The field behind is of the next section. */
    assert_int_equal(audit.fields[audit.n_fields - 1].offset + audit.fields[audit.n_fields - 1].size, audit.bytes);
    assert_string_equal(audit.setup->binary, toy.test->setup->binary);
    /* The program's name is left out, and only the first line is told. */
    assert_non_null(strstr(dump, " rejected: not "));
    assert_null(strstr(dump, "second line"));
    /* Each stream was loaded fast once, those that took the process with them, too. */
    assert_int_equal(toy.counts->fast, streams);
    /* Some of them, another way once more. */
    assert_true(toy.counts->plain > streams / 512);
    sweep_plan_clear(&plan);
    audit_clear(&audit);
    toy_clear(&toy);
    free(found);
    free(dump);
}

/* Cells and fields of an audit, whatever came of them: free it. */
static char *cells_of(const struct audit *audit)
{
    struct audit same = { .setup = audit->setup, .section = audit->section, .bytes = audit->bytes,
                          .streams = audit->streams };
    char *text;

    for (size_t i = 0; i < audit->n_fields; i++) {
        audit_add_field(&same, audit->fields[i].path, audit->fields[i].offset, audit->fields[i].size);
    }
    for (size_t i = 0; i < audit->n_runs; i++) {
        struct audit_run run = audit->runs[i];

        run.verdict = VERDICT_UNKNOWN;
        run.message = "";
        run.said = 0;
        audit_add(&same, &run);
    }
    text = toy_dump(&same);
    same.setup = NULL;
    audit_clear(&same);
    return text;
}

static void a_sweep_is_foreseen(void **state)
{
    struct sweep_options options = all_of(TOY_SECTION);
    struct audit audit, foreseen = { 0 };
    char *dump, *wanted, *got;
    struct hs_error err;
    struct toy toy;

    (void)state;
    toy_init(&toy, TOY_SECTION, deeds, HS_COUNT(deeds));
    assert_int_equal(sweep_foresee(toy.test, &options, &foreseen, &err), 0);
    assert_int_equal(toy.counts->opened, 0);
    dump = sweep_toy(&toy, &options, &audit);
    wanted = cells_of(&audit);
    got = toy_dump(&foreseen);
    assert_string_equal(got, wanted);
    options.section = 77;
    audit_clear(&foreseen);
    assert_int_equal(sweep_foresee(toy.test, &options, &foreseen, &err), -1);
    audit_clear(&audit);
    toy_clear(&toy);
    free(dump);
    free(wanted);
    free(got);
}

static void the_number_of_workers_makes_no_difference(void **state)
{
    static const unsigned jobs[] = { 1, 3, 0 };
    struct sweep_options options = all_of(EDIT_WHOLE);
    char *dumps[HS_COUNT(jobs)];

    (void)state;
    for (size_t i = 0; i < HS_COUNT(jobs); i++) {
        struct audit audit;
        struct toy toy;

        toy_init(&toy, EDIT_WHOLE, deeds, HS_COUNT(deeds) - 1);
        options.jobs = jobs[i];
        dumps[i] = sweep_toy(&toy, &options, &audit);
        assert_string_equal(audit.section, "");
        assert_string_equal(audit_field_at(&audit, 0)->path, "a type");
        assert_string_equal(dumps[i], dumps[0]);
        audit_clear(&audit);
        toy_clear(&toy);
    }
    for (size_t i = 0; i < HS_COUNT(jobs); i++) {
        free(dumps[i]);
    }
}

static void a_load_that_never_ends_is_not_judged(void **state)
{
    static const struct toy_deed spin[] = { { EDIT_TRUNCATE, "", 77, TOY_SPINS } };
    struct sweep_options options = all_of(TOY_SECTION);
    struct audit audit;
    struct toy toy;
    char *dump, *found;

    (void)state;
    options.choice.edits = 1u << EDIT_TRUNCATE;
    options.grace_ms = 10000;
    toy_init(&toy, TOY_SECTION, spin, HS_COUNT(spin));
    dump = sweep_toy(&toy, &options, &audit);
    found = not_rejected(dump);
    assert_string_equal(found, "truncate  77+1 unknown: no sign of life; the loader's process was killed\n");
    audit_clear(&audit);
    toy_clear(&toy);
    free(found);
    free(dump);
}

/* Waiting is bounded far above what a load may take: a busy machine makes no verdict. */
static void waiting_is_longer_than_working(void **state)
{
    struct sweep_job job = { .timeout_ms = 750, .grace_ms = 3000 };

    (void)state;
    assert_int_equal(sweep_silence_ms(&job), 750 * LOADER_PATIENCE + 3000);
    job.grace_ms = 0;
    assert_int_equal(sweep_silence_ms(&job), 750 * LOADER_PATIENCE + LOADER_WORKER_GRACE_MS);
    job.timeout_ms = 3600000;
    assert_true(sweep_silence_ms(&job) > UINT64_C(2) * 3600000);
}

static void loads_have_their_time_limits(void **state)
{
    static const struct toy_deed faults[] = { { EDIT_TRUNCATE, "", 77, TOY_FAULTS_FAST } };
    struct sweep_options options = all_of(TOY_SECTION);
    static const uint32_t limits[] = { 20, 50, 51, 5000 };

    (void)state;
    options.choice.edits = 1u << EDIT_TRUNCATE;
    for (size_t i = 0; i < HS_COUNT(limits); i++) {
        struct audit audit;
        struct toy toy;

        options.timeout_ms = limits[i];
        toy_init(&toy, TOY_SECTION, faults, HS_COUNT(faults));
        free(sweep_toy(&toy, &options, &audit));
        assert_int_equal(toy.counts->fast_ms, limits[i] < 50 ? limits[i] : 50);
        assert_int_equal(toy.counts->plain_ms, limits[i]);
        assert_true(toy.counts->first_ms >= 20000);
        audit_clear(&audit);
        toy_clear(&toy);
    }
}

/* A fast load that nobody can check has no verdict: of the cells that are checked, some. */
static void what_cannot_be_checked_is_unknown(void **state)
{
    struct sweep_options options = all_of(TOY_SECTION);
    struct toy_deed all[128];
    struct audit audit;
    struct toy toy;

    (void)state;
    for (uint32_t i = 0; i < HS_COUNT(all); i++) {
        all[i] = (struct toy_deed){ EDIT_FLIP, i % 2 ? "01" : "02", i / 2, TOY_FAILS_PLAIN };
    }
    options.choice.edits = 1u << EDIT_FLIP;
    toy_init(&toy, TOY_SECTION, all, HS_COUNT(all));
    free(sweep_toy(&toy, &options, &audit));
    assert_true(audit.counts[EDIT_FLIP][VERDICT_UNKNOWN] >= 1);
    assert_true(audit.counts[EDIT_FLIP][VERDICT_UNKNOWN] <= 4);
    audit_clear(&audit);
    toy_clear(&toy);
}

/* What a sweep that cannot succeed says. */
static void expect_failure(struct toy *toy, const struct sweep_options *options, const char *words)
{
    struct audit audit = { 0 };
    struct hs_error err = { .text = "" };

    assert_int_equal(sweep(toy->test, options, toy_open, toy, NULL, &audit, &err), -1);
    if (!strstr(err.text, words)) {
        fail_msg("%s: %s", words, err.text);
    }
    assert_int_equal(audit.n_runs, 0);
    audit_clear(&audit);
}

static void fast_loads_that_lie_are_found_out(void **state)
{
    struct sweep_options options = all_of(TOY_SECTION);
    struct toy toy;

    (void)state;
    options.jobs = 1;
    toy_init(&toy, TOY_SECTION, NULL, 0);
    toy.lies = true;
    expect_failure(&toy, &options, "fast loads are not to be trusted: truncate at offset ");
    expect_failure(&toy, &options, " is equal when loaded fast, and rejected when not");
    toy.lies = false;
    toy.garbles = true;
    expect_failure(&toy, &options, " is equal when loaded fast, and garbage when not");
    toy_clear(&toy);
}

static void what_cannot_be_swept_is_said(void **state)
{
    struct sweep_options options = all_of(TOY_SECTION);
    struct toy toy;

    (void)state;
    toy_init(&toy, TOY_SECTION, NULL, 0);
    toy.is_shut = true;
    expect_failure(&toy, &options, "the toy is shut");
    assert_true(toy.counts->opened >= 2 && toy.counts->opened < 10);
    toy.is_shut = false;
    toy.dies = true;
    expect_failure(&toy, &options, "a worker died (SIGABRT) loading the undamaged stream");
    toy.dies = false;
    toy.refuses = true;
    expect_failure(&toy, &options, "the undamaged stream is not accepted: rejected: qemu-system-toy: not ");
    toy_clear(&toy);
}

static void a_loader_that_dies_of_nothing_is_swept(void **state)
{
    struct sweep_options options = all_of(TOY_SECTION);
    struct audit audit;
    struct toy toy;
    char *dump;

    (void)state;
    options.jobs = 5;
    toy_init(&toy, TOY_SECTION, deeds + 3, 1);
    toy.dies_when_fresh = true;
    dump = sweep_toy(&toy, &options, &audit);
    assert_non_null(strstr(dump, "delete 1 60+21 garbage: accepted; virtio-rng virtio.status"));
    audit_clear(&audit);
    toy_clear(&toy);
    free(dump);
}

static void see_progress(void *user, const struct sweep_progress *progress)
{
    struct sweep_progress *last = user;

    assert_true(progress->done >= last->done && progress->done <= progress->cells);
    *last = *progress;
}

static void progress_is_told(void **state)
{
    struct sweep_progress last = { 0 };
    struct sweep_options options = all_of(TOY_SECTION);
    struct audit audit;
    struct toy toy;

    (void)state;
    options.progress = see_progress;
    options.user = &last;
    toy_init(&toy, TOY_SECTION, deeds, HS_COUNT(deeds));
    free(sweep_toy(&toy, &options, &audit));
    assert_int_equal(last.done, last.cells);
    assert_true(last.cells > 1000 && last.rate > 0 && last.seconds_left == 0);
    audit_clear(&audit);
    toy_clear(&toy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(cells_get_their_verdicts),
        SUPPORT_TIDY(a_sweep_is_foreseen),
        SUPPORT_TIDY(the_number_of_workers_makes_no_difference),
        SUPPORT_TIDY(a_load_that_never_ends_is_not_judged),
        SUPPORT_TIDY(waiting_is_longer_than_working),
        SUPPORT_TIDY(loads_have_their_time_limits),
        SUPPORT_TIDY(what_cannot_be_checked_is_unknown),
        SUPPORT_TIDY(fast_loads_that_lie_are_found_out),
        SUPPORT_TIDY(what_cannot_be_swept_is_said),
        SUPPORT_TIDY(a_loader_that_dies_of_nothing_is_swept),
        SUPPORT_TIDY(progress_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sweep that was killed or interrupted, or whose journal is damaged, ends with the same audit, and redoes little. */
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/audit/sweep/tally.h"
#include "toy.h"

enum { KILLS = 5 };

static const struct edit_value values[] = { { { 0x00 }, 1 }, { { 0xa5 }, 1 } };

static const struct toy_deed deeds[] = {
    { EDIT_TRUNCATE, "", 40, TOY_GARBAGE }, { EDIT_DELETE, "2", 60, TOY_EQUAL },
    { EDIT_INSERT, "a5", 30, TOY_FAULTS },  { EDIT_INSERT, "a5", 33, TOY_ABORTS },
    { EDIT_FLIP, "10", 25, TOY_LONGER },
};

struct fixture {
    char *folder, *journal;
    struct sweep_options options;
    struct toy toy;
    char *whole; /* the dump of a sweep in one go */
};

static const struct sweep_options options = {
    .section = TOY_SECTION, .choice.values = values, .choice.n_values = HS_COUNT(values),
    .choice.lengths = 3, .jobs = 2, .timeout_ms = 100, .grace_ms = 60000,
};

/* Sweeps to the end, from what the journal holds; returns the dump. */
static char *sweep_all(struct fixture *fixture)
{
    struct audit audit = { 0 };
    struct hs_error err;
    char *dump;

    if (sweep(fixture->toy.test, &fixture->options, toy_open, &fixture->toy, NULL, &audit, &err) != 0) {
        fail_msg("%s", err.text);
    }
    dump = toy_dump(&audit);
    audit_clear(&audit);
    return dump;
}

static void set_up(struct fixture *fixture)
{
    memset(fixture, 0, sizeof(*fixture));
    fixture->folder = support_folder();
    fixture->journal = hs_format("%s/journal", fixture->folder);
    fixture->options = options;
    fixture->options.choice.edits = edit_all();
    toy_init(&fixture->toy, TOY_SECTION, deeds, HS_COUNT(deeds));
    fixture->whole = sweep_all(fixture);
    fixture->options.journal = fixture->journal;
    memset(fixture->toy.counts, 0, sizeof(*fixture->toy.counts));
}

static void tear_down(struct fixture *fixture)
{
    toy_clear(&fixture->toy);
    support_remove(fixture->folder);
    free(fixture->journal);
    free(fixture->whole);
}

/* The same, and it is as if in one go. */
static void finish(struct fixture *fixture)
{
    char *dump = sweep_all(fixture);

    assert_string_equal(dump, fixture->whole);
    free(dump);
}

/* Which cells the journal holds, read as the next sweep does, from a copy. */
static void read_journal(const struct fixture *fixture, struct sweep_plan *plan, struct sweep_tally *tally)
{
    char *copy;
    uint8_t *data = NULL;
    size_t size = 0;
    struct hs_error err;
    uint64_t hash = 0;

    assert_int_equal(sweep_plan_init(plan, fixture->toy.test, &fixture->options, &err), 0);
    if (access(fixture->journal, F_OK) == 0) {
        assert_int_equal(file_read(fixture->journal, &data, &size, &err), 0);
    }
    copy = support_write(fixture->folder, "copy", data, size);
    for (int i = 0; size >= 20 && i < 8; i++) {
        hash = hash << 8 | data[12 + i];
    }
    if (sweep_tally_init(tally, plan, copy, hash, &err) < 0) {
        fail_msg("%s", err.text);
    }
    free(copy);
    free(data);
}

/* Tells the toy the streams of all cells that are loaded. */
static void know_streams(struct fixture *fixture)
{
    struct builder *streams;
    struct sweep_plan plan;
    struct hs_error err;
    size_t n = 0;

    assert_int_equal(sweep_plan_init(&plan, fixture->toy.test, &fixture->options, &err), 0);
    streams = hs_alloc(plan.cells * sizeof(*streams));
    for (uint32_t i = 0; i < plan.cells; i++) {
        struct sweep_cell cell = sweep_plan_cell(&plan, i);

        if (!sweep_plan_repeats(&plan, &cell)) {
            sweep_plan_bytes(&plan, &cell, &streams[n++]);
        }
    }
    toy_know(&fixture->toy, streams, n);
    for (size_t i = 0; i < n; i++) {
        builder_clear(&streams[i]);
    }
    free(streams);
    sweep_plan_clear(&plan);
}

struct watch {
    _Atomic uint64_t done;
    uint64_t when;
};

static void see_done(void *user, const struct sweep_progress *progress)
{
    struct watch *watch = user;

    watch->done = progress->done;
    /* It must not end before it is killed, however long that takes. */
    while (watch->done >= watch->when) {
        pause();
    }
}

/* Sweeps in a process that is killed, with no warning, when so many cells are done; false when it was done before. */
static bool sweep_and_kill(struct fixture *fixture, struct watch *watch, uint64_t when)
{
    struct audit audit = { 0 };
    struct hs_error err;
    int status, alive[2];
    char byte;
    pid_t pid;

    watch->when = when;
    assert_int_equal(pipe(alive), 0);
    pid = fork();
    if (pid == 0) {
        _exit(sweep(fixture->toy.test, &fixture->options, toy_open, &fixture->toy, NULL, &audit, &err) == 0 ? 0 : 9);
    }
    assert_true(pid > 0);
    close(alive[1]);
    while (watch->done < when && waitpid(pid, &status, WNOHANG) == 0) {
        usleep(1000);
    }
    if (watch->done < when) {
        return false;
    }
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    /* No worker outlives its parent: the last that holds the pipe is gone. */
    assert_int_equal(read(alive[0], &byte, 1), 0);
    close(alive[0]);
    return WIFSIGNALED(status);
}

/* How many loads were of a stream that had been loaded.  What two series have in common is loaded for both. */
static uint32_t loads_over(const struct toy *toy)
{
    uint32_t over = 0;

    for (size_t i = 0; i < toy->n_known; i++) {
        bool shared = (i && toy->known[i] == toy->known[i - 1]) ||
                      (i + 1 < toy->n_known && toy->known[i] == toy->known[i + 1]);

        over += !shared && toy->counts->of[i] > 1 ? toy->counts->of[i] - 1 : 0;
    }
    return over;
}

static void a_killed_sweep_goes_on_where_it_was(void **state)
{
    struct watch *watch = mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    static const unsigned parts[KILLS] = { 5, 20, 21, 60, 90 }; /* per cent of the cells, where it is killed */
    struct fixture fixture;
    uint32_t lost = 0, streams = 0;
    struct sweep_tally tally;
    struct sweep_plan plan;

    (void)state;
    set_up(&fixture);
    know_streams(&fixture);
    fixture.toy.pause_us = 300;
    fixture.options.progress = see_done;
    fixture.options.user = watch;
    for (int i = 0; i < KILLS; i++) {
        uint32_t loads = fixture.toy.counts->fast, held;

        read_journal(&fixture, &plan, &tally);
        streams = tally.streams;
        held = tally.streams - tally.missing;
        watch->done = 0;
        assert_true(sweep_and_kill(&fixture, watch, (uint64_t)plan.cells * parts[i] / 100));
        sweep_tally_clear(&tally);
        sweep_plan_clear(&plan);
        read_journal(&fixture, &plan, &tally);
        /* What was told as done is in the journal. */
        assert_true(tally.done >= watch->done);
        lost += fixture.toy.counts->fast - loads - (tally.streams - tally.missing - held);
        sweep_tally_clear(&tally);
        sweep_plan_clear(&plan);
    }
    fixture.options.progress = NULL;
    finish(&fixture);
    /* All that was loaded twice is what was lost with a kill: what the journal holds is never loaded again. */
    assert_int_equal(fixture.toy.counts->fast, streams + lost);
    assert_true(loads_over(&fixture.toy) <= lost);
    assert_true(lost < streams);
    tear_down(&fixture);
    munmap(watch, sizeof(*watch));
}

static volatile int interrupted;

static void interrupt(void *user, const struct sweep_progress *progress)
{
    interrupted = progress->done >= *(uint64_t *)user;
}

static void an_interrupted_sweep_loses_nothing(void **state)
{
    struct audit audit = { 0 };
    struct fixture fixture;
    struct hs_error err;
    uint64_t when = 500;

    (void)state;
    set_up(&fixture);
    know_streams(&fixture);
    fixture.toy.pause_us = 300;
    fixture.options.progress = interrupt;
    fixture.options.user = &when;
    for (int i = 0; i < 3; i++) {
        interrupted = 0;
        assert_int_equal(
            sweep(fixture.toy.test, &fixture.options, toy_open, &fixture.toy, &interrupted, &audit, &err), 1);
        assert_int_equal(audit.n_runs, 0);
        when += 500;
    }
    fixture.options.progress = NULL;
    finish(&fixture);
    /* A load that takes the process with it may be at it when the sweep is interrupted. */
    assert_true(loads_over(&fixture.toy) <= 3 * options.jobs);
    tear_down(&fixture);
}

static void expect_refusal(struct fixture *fixture, const char *words)
{
    struct audit audit = { 0 };
    struct hs_error err = { .text = "" };

    assert_int_equal(
        sweep(fixture->toy.test, &fixture->options, toy_open, &fixture->toy, NULL, &audit, &err), -1);
    if (!strstr(err.text, words)) {
        fail_msg("%s: %s", words, err.text);
    }
    audit_clear(&audit);
}

static void a_journal_of_another_sweep_is_refused(void **state)
{
    struct audit audit = { .loader = "another" };
    struct fixture fixture;
    struct hs_error err;
    char *other;

    (void)state;
    set_up(&fixture);
    finish(&fixture);
    fixture.options.choice.lengths = 1;
    expect_refusal(&fixture, "/journal: the journal of another sweep: remove it or give another path");
    fixture.options.choice.lengths = options.choice.lengths;
    fixture.options.timeout_ms++;
    expect_refusal(&fixture, "the journal of another sweep");
    fixture.options.timeout_ms--;
    assert_int_equal(sweep(fixture.toy.test, &fixture.options, toy_open, &fixture.toy, NULL, &audit, &err), -1);
    assert_non_null(strstr(err.text, "the journal of another sweep"));
    fixture.options.jobs = 3;
    finish(&fixture);
    fixture.options.journal = fixture.folder;
    expect_refusal(&fixture, "directory");
    fixture.options.journal = "/dev/null";
    expect_refusal(&fixture, "is not a regular file");
    other = support_write(fixture.folder, "other", "some text that is somebody's", 28);
    fixture.options.journal = other;
    expect_refusal(&fixture, "is not a sweep's journal: remove it or give another path");
    free(other);
    /* Not even to a journal that would do, or to a place for one. */
    fixture.options.journal = fixture.journal;
    other = hs_format("%s/moved", fixture.folder);
    assert_int_equal(rename(fixture.journal, other), 0);
    assert_int_equal(symlink(other, fixture.journal), 0);
    expect_refusal(&fixture, "/journal: is a symbolic link: remove it or give another path");
    assert_int_equal(unlink(other), 0);
    expect_refusal(&fixture, "is a symbolic link");
    assert_int_equal(access(other, F_OK), -1);
    free(other);
    tear_down(&fixture);
}

/* The next sweep of the same journal loads that cell alone. */
static void what_has_no_verdict_is_tried_again(void **state)
{
    static const struct toy_deed fails[] = { { EDIT_TRUNCATE, "", 77, TOY_FAILS } };
    char *folder = support_folder(), *journal = hs_format("%s/journal", folder);
    struct sweep_options truncate = options;

    (void)state;
    truncate.choice.edits = 1u << EDIT_TRUNCATE;
    truncate.journal = journal;
    for (int again = 0; again < 2; again++) {
        struct audit audit = { 0 };
        struct hs_error err;
        struct toy toy;

        toy_init(&toy, TOY_SECTION, again ? NULL : fails, again ? 0 : HS_COUNT(fails));
        if (sweep(toy.test, &truncate, toy_open, &toy, NULL, &audit, &err) != 0) {
            fail_msg("%s", err.text);
        }
        assert_int_equal(audit.counts[EDIT_TRUNCATE][VERDICT_UNKNOWN], again ? 0 : 1);
        assert_int_equal(toy.counts->fast, again ? 1 : audit.streams);
        audit_clear(&audit);
        toy_clear(&toy);
    }
    support_remove(folder);
    free(journal);
}

static void a_journal_in_use_is_refused(void **state)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    struct fixture fixture;
    int ready[2], status;
    char byte;
    pid_t pid;

    (void)state;
    set_up(&fixture);
    finish(&fixture);
    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        int fd = open(fixture.journal, O_RDWR);

        byte = (char)fcntl(fd, F_SETLK, &whole);
        if (write(ready[1], &byte, 1) == 1) {
            pause();
        }
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 0);
    expect_refusal(&fixture, "in use by another sweep");
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    close(ready[0]);
    close(ready[1]);
    tear_down(&fixture);
}

/* Sweeps with a journal of these bytes: the same audit, or one clear sentence.  Returns true for the audit. */
static bool sweep_from(struct fixture *fixture, const uint8_t *data, size_t size)
{
    struct audit audit = { 0 };
    struct hs_error err = { .text = "" };
    char *path = support_write(fixture->folder, "journal", data, size), *dump;
    int result = sweep(fixture->toy.test, &fixture->options, toy_open, &fixture->toy, NULL, &audit, &err);

    free(path);
    if (result == 0) {
        dump = toy_dump(&audit);
        assert_string_equal(dump, fixture->whole);
        free(dump);
    } else {
        assert_int_equal(result, -1);
        assert_non_null(strstr(err.text, "remove it or give another path"));
    }
    audit_clear(&audit);
    return result == 0;
}

/* Where a journal is cut or damaged: everywhere in its head, where records begin and end, and here and there. */
static size_t next_place(size_t at, size_t size)
{
    return at + (at < 48 || at + 24 > size ? 1 : 53);
}

/*
 * A small journal, so that many prefixes and flipped bytes of it can be tried.  The head tells whether it is the
 * sweep's own; behind it, what does not hold is done again.
 */
static void a_damaged_journal_does_no_harm(void **state)
{
    struct fixture fixture;
    struct hs_error err;
    uint8_t *data;
    size_t size;

    (void)state;
    set_up(&fixture);
    fixture.options.choice.edits = 1u << EDIT_SECTION | 1u << EDIT_TRUNCATE;
    fixture.options.jobs = 1;
    free(fixture.whole);
    fixture.whole = sweep_all(&fixture);
    assert_int_equal(file_read(fixture.journal, &data, &size, &err), 0);
    assert_true(size > 1000);
    for (size_t i = 0; i <= size; i = next_place(i, size)) {
        assert_true(sweep_from(&fixture, data, i));
    }
    for (size_t i = 0; i < size; i = next_place(i, size)) {
        data[i] ^= 0x20;
        assert_int_equal(sweep_from(&fixture, data, size), i >= 28);
        data[i] ^= 0x20;
    }
    free(data);
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(a_killed_sweep_goes_on_where_it_was),
        SUPPORT_TIDY(an_interrupted_sweep_loses_nothing),
        SUPPORT_TIDY(a_journal_of_another_sweep_is_refused),
        SUPPORT_TIDY(what_has_no_verdict_is_tried_again),
        SUPPORT_TIDY(a_journal_in_use_is_refused),
        SUPPORT_TIDY(a_damaged_journal_does_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No verdict depends on the clock: the same loads, fast ones and forked ones, are done twice, the second time beside
 * busy loops, and each must have the same answer.  HARDSTOP_STABLE_FAST, _FORKED and _LOOPS say how many; ci/stable asks
 * for a million.
 */
#include "support.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/setup/roster.h"

enum { FAST = 3000, FORKED = 100, LOOPS = 4, MAX_JOBS = 64 };

static const struct {
    const char *target;
    Hardstop__Framing framing;
} subjects[] = {
    { "ccw_net", HARDSTOP__FRAMING__FOOTER }, { "pci_rng", HARDSTOP__FRAMING__FOOTER },
    { "ccw_blk", HARDSTOP__FRAMING__LEGACY }, { "pci_net", HARDSTOP__FRAMING__LEGACY },
    { "ccw_gpu", HARDSTOP__FRAMING__LEGACY }, { "pci_serial", HARDSTOP__FRAMING__FOOTER },
};

/* The streams that are damaged, captured once: a capture holds a clock. */
static struct {
    Hardstop__Setup *setup;
    struct stream_encoding stream;
} captured[HS_COUNT(subjects)];

static int capture(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(subjects); i++) {
        Hardstop__Setup *setup = roster_setup(subjects[i].target, 0, subjects[i].framing);
        Hardstop__Case *test = support_capture(setup, CASE_KEEP_DEVICES);

        case_keep_described(test);
        stream_encode(test->stream, &captured[i].stream, NULL, NULL);
        captured[i].setup = setup;
        case_free(test);
    }
    return 0;
}

static int release(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(subjects); i++) {
        stream_encoding_clear(&captured[i].stream);
        hardstop__setup__free_unpacked(captured[i].setup, NULL);
    }
    return 0;
}

/* Cuts, inserts, deletes, or writes one to four bytes, which are most often a number's highest or a length. */
static void make_input(const struct stream_encoding *stream, size_t number, struct builder *bytes)
{
    static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff, 0x41 };
    const uint8_t *from = stream->out.data;
    size_t size = stream->out.size, at, n, rest;
    struct random random;
    uint8_t added[4];
    uint64_t kind;

    random_init(&random, number);
    kind = random_below(&random, 4);
    n = 1 + random_below(&random, sizeof(added));
    at = random_below(&random, size);
    memset(added, values[random_below(&random, sizeof(values))], n);
    builder_reset(bytes);
    builder_put(bytes, from, at);
    if (kind == 0) {
        return;
    }
    if (kind != 1) {
        builder_put(bytes, added, n);
    }
    rest = kind == 2 ? at : at + n < size ? at + n : size;
    builder_put(bytes, from + rest, size - rest);
}

/* Of QEMU's words all but what can be a hexadecimal digit: of a cut field it tells bytes that nothing ever set. */
static uint64_t hash_of_words(const char *text)
{
    uint64_t hash = 0;

    while (*text) {
        size_t n = strcspn(text, "0123456789abcdef");

        hash = XXH3_64bits_withSeed(text, n, hash);
        text += n + strspn(text + n, "0123456789abcdef");
    }
    return hash;
}

static uint64_t hash_of(const struct loader_answer *answer)
{
    uint64_t hash = hash_of_words(answer->text);

    hash = XXH3_64bits_withSeed(answer->section, strlen(answer->section), hash);
    hash = XXH3_64bits_withSeed(answer->saved, answer->saved_size, hash);
    /* The verdict in the open, so that a difference can be told. */
    return (hash & ~UINT64_C(0xff)) | (uint64_t)answer->outcome;
}

struct batch {
    bool fast;
    size_t n;
    uint64_t *answers; /* shared with those who fill it in */
};

/* Every `jobs`-th load from `job` on. */
static void do_part(const struct batch *batch, size_t job, size_t jobs)
{
    struct loader *loaders[HS_COUNT(subjects)];
    struct builder bytes = { 0 };

    for (size_t i = 0; i < HS_COUNT(subjects); i++) {
        loaders[i] = support_open(captured[i].setup);
    }
    for (size_t i = job; i < batch->n; i += jobs) {
        size_t subject = i % HS_COUNT(subjects);
        struct loader_input input = { .fast = batch->fast };
        struct loader_answer answer;
        struct hs_error err;

        make_input(&captured[subject].stream, i, &bytes);
        input.bytes = bytes.data;
        input.size = bytes.size;
        if (loader_load(loaders[subject], &input, &answer, &err) < 0) {
            fprintf(stderr, "load %zu: %s\n", i, err.text);
        }
        batch->answers[i] = hash_of(&answer);
    }
    for (size_t i = 0; i < HS_COUNT(subjects); i++) {
        loader_close(loaders[i]);
    }
    builder_clear(&bytes);
}

static void do_all(const struct batch *batch, size_t jobs)
{
    pid_t pids[MAX_JOBS];

    for (size_t job = 0; job < jobs; job++) {
        pids[job] = fork();
        assert_true(pids[job] >= 0);
        if (pids[job] == 0) {
            do_part(batch, job, jobs);
            _exit(0);
        }
    }
    for (size_t job = 0; job < jobs; job++) {
        int status;

        assert_int_equal(waitpid(pids[job], &status, 0), pids[job]);
        assert_int_equal(status, 0);
    }
}

static void start_loops(pid_t *loops, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        loops[i] = fork();
        assert_true(loops[i] >= 0);
        while (loops[i] == 0) {
            __asm__ volatile("");
        }
    }
}

static void stop_loops(const pid_t *loops, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        kill(loops[i], SIGKILL);
        waitpid(loops[i], NULL, 0);
    }
}

/* Prints what is different, and all outcomes; returns how many are different, or unknown. */
static size_t count_differences(const struct batch *first, const struct batch *second)
{
    size_t different = 0, outcomes[OUTCOME_HUNG + 1] = { 0 };

    for (size_t i = 0; i < first->n; i++) {
        enum outcome one = (enum outcome)(first->answers[i] & 0xff), other = (enum outcome)(second->answers[i] & 0xff);

        outcomes[one]++;
        if (first->answers[i] != second->answers[i]) {
            print_message("load %zu, %s: %s, then %s\n", i, subjects[i % HS_COUNT(subjects)].target,
                          outcome_name(one), outcome_name(other));
            different++;
        }
    }
    print_message("%zu %s loads:", first->n, first->fast ? "fast" : "forked");
    for (unsigned i = 0; i <= OUTCOME_HUNG; i++) {
        print_message(" %zu %s", outcomes[i], outcome_name((enum outcome)i));
    }
    print_message(", %zu different\n", different);
    return different + outcomes[OUTCOME_UNKNOWN];
}

static void load_twice(bool fast, size_t n)
{
    size_t n_loops = support_number("HARDSTOP_STABLE_LOOPS", LOOPS, MAX_JOBS), size = n * sizeof(uint64_t);
    struct batch batches[2] = { { fast, n, NULL }, { fast, n, NULL } };
    pid_t loops[MAX_JOBS];

    for (int i = 0; i < 2; i++) {
        batches[i].answers = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        assert_ptr_not_equal(batches[i].answers, MAP_FAILED);
    }
    do_all(&batches[0], (size_t)sysconf(_SC_NPROCESSORS_ONLN));
    start_loops(loops, n_loops);
    /* As many as loops: half of the machine. */
    do_all(&batches[1], n_loops);
    stop_loops(loops, n_loops);
    assert_int_equal(count_differences(&batches[0], &batches[1]), 0);
    munmap(batches[0].answers, size);
    munmap(batches[1].answers, size);
}

static void fast_loads_do_not_depend_on_the_clock(void **state)
{
    (void)state;
    load_twice(true, support_number("HARDSTOP_STABLE_FAST", FAST, 100000000));
}

static void forked_loads_do_not_depend_on_the_clock(void **state)
{
    (void)state;
    load_twice(false, support_number("HARDSTOP_STABLE_FORKED", FORKED, 100000000));
}

static void what_is_different_is_noticed(void **state)
{
    uint64_t answers[3] = { 0x101, 0x202, 0x303 }, other_verdict[3] = { 0x101, 0x203, 0x303 },
             other_words[3] = { 0x101, 0x202, 0x403 }, unknown[3] = { 0x101, 0x202, 0x300 };
    const struct batch first = { true, 3, answers };

    (void)state;
    assert_int_equal(count_differences(&first, &first), 0);
    assert_int_equal(count_differences(&first, &(struct batch){ true, 3, other_verdict }), 1);
    assert_int_equal(count_differences(&first, &(struct batch){ true, 3, other_words }), 1);
    assert_int_equal(count_differences(&(struct batch){ true, 3, unknown }, &(struct batch){ true, 3, unknown }), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(fast_loads_do_not_depend_on_the_clock),
        SUPPORT_TIDY(forked_loads_do_not_depend_on_the_clock),
        cmocka_unit_test(what_is_different_is_noticed),
    };

    return cmocka_run_group_tests(tests, capture, release);
}

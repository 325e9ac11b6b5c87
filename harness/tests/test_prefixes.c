/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claim: every proper prefix of a virtio-rng section, from its type byte on, gets an outcome from the real loader, and
 * none is accepted.  Built once for each transport (PREFIXES_TRANSPORT).
 */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/check.h"
#include "harness/loader/open.h"

enum {
    WORKERS = 2, /* each with a loader of its own */
    EACH = 1024, /* prefixes, of the shortest and of the longest */
    OUTCOMES = OUTCOME_HUNG + 1,
};

/* One worker's results, in memory that it shares with the test. */
struct tally {
    size_t outcomes[OUTCOMES];
    size_t unnamed; /* rejections that do not say which section */
    size_t first_accepted;
    size_t failed; /* no outcome */
    char reason[256]; /* of the first failure */
};

static struct builder section;

/* Each of the first and last, and of the others as many as PREFIXES_STEP says; HARDSTOP_PREFIXES=all (ci/soak): all. */
static bool is_judged(size_t size)
{
    static int all = -1;

    if (all < 0) {
        all = getenv("HARDSTOP_PREFIXES") != NULL;
    }
    return all || size < EACH || section.size - size <= EACH || size % PREFIXES_STEP == 0;
}

static int build(void **state)
{
    Hardstop__Case *test = support_capture_part(PREFIXES_TRANSPORT, HARDSTOP__FRAMING__FOOTER, "virtio-rng");
    struct stream_encoding encoding = { 0 };
    const struct stream_mark *mark;

    (void)state;
    stream_encode(test->stream, &encoding, NULL, NULL);
    mark = &encoding.marks[support_find(test, "virtio-rng")];
    assert_int_equal(mark->payload_end - mark->payload, PREFIXES_PAYLOAD);
    builder_put(&section, encoding.out.data + mark->start, mark->payload_end - mark->start);
    stream_encoding_clear(&encoding);
    case_free(test);
    return 0;
}

static int forget(void **state)
{
    (void)state;
    builder_clear(&section);
    return 0;
}

static void load_prefix(struct loader *loader, size_t size, struct tally *tally)
{
    struct loader_input input = { .bytes = section.data, .size = size };
    struct loader_answer answer;
    struct hs_error err = { .text = "" };

    if (loader_load(loader, &input, &answer, &err) < 0) {
        if (!tally->failed++) {
            snprintf(tally->reason, sizeof(tally->reason), "%zu bytes: %.200s", size, err.text);
        }
        return;
    }
    if (answer.outcome == OUTCOME_ACCEPTED && !tally->outcomes[OUTCOME_ACCEPTED]) {
        tally->first_accepted = size;
    }
    tally->outcomes[answer.outcome]++;
    /* Behind its header, the section has a name. */
    tally->unnamed += answer.outcome == OUTCOME_REJECTED && size > section.size - PREFIXES_PAYLOAD &&
                      !strstr(answer.text, "virtio-rng");
}

static void work(size_t first, struct tally *tally)
{
    Hardstop__Setup *setup = support_setup(PREFIXES_TRANSPORT, NULL, HARDSTOP__FRAMING__FOOTER);
    struct hs_error err = { .text = "" };
    struct loader *loader = loader_open(setup, TRUST_ALL, NULL, &err);

    if (!loader) {
        tally->failed++;
        snprintf(tally->reason, sizeof(tally->reason), "%.200s", err.text);
    }
    for (size_t size = 0, n = 0; loader && size < section.size; size++) {
        if (is_judged(size) && n++ % WORKERS == first) {
            load_prefix(loader, size, tally);
        }
    }
    loader_close(loader);
    hardstop__setup__free_unpacked(setup, NULL);
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void no_prefix_of_a_section_is_accepted(void **state)
{
    struct tally *tallies = mmap(NULL, WORKERS * sizeof(*tallies), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                                 -1, 0);
    struct tally sum = { .failed = 0 };
    double begin = now();
    size_t judged = 0, expected = 0;
    pid_t pids[WORKERS];

    (void)state;
    assert_ptr_not_equal(tallies, MAP_FAILED);
    for (size_t i = 0; i < WORKERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            work(i, &tallies[i]);
            _exit(0);
        }
        assert_true(pids[i] > 0);
    }
    for (size_t i = 0; i < WORKERS; i++) {
        int status;

        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
        if (tallies[i].failed) {
            fail_msg("%zu prefixes without an outcome; the first: %s", tallies[i].failed, tallies[i].reason);
        }
        for (size_t k = 0; k < OUTCOMES; k++) {
            sum.outcomes[k] += tallies[i].outcomes[k];
            judged += tallies[i].outcomes[k];
        }
        sum.unnamed += tallies[i].unnamed;
        sum.first_accepted = tallies[i].first_accepted ? tallies[i].first_accepted : sum.first_accepted;
    }
    printf("%zu prefixes in %.1f s:", judged, now() - begin);
    for (size_t k = 0; k < OUTCOMES; k++) {
        printf(" %zu %s", sum.outcomes[k], outcome_name((enum outcome)k));
    }
    printf("; %zu rejections do not name the section\n", sum.unnamed);
    for (size_t size = 0; size < section.size; size++) {
        expected += is_judged(size);
    }
    assert_int_equal(judged, expected);
    assert_int_equal(sum.outcomes[OUTCOME_UNKNOWN], 0);
    if (sum.outcomes[OUTCOME_ACCEPTED]) {
        fail_msg("%zu prefixes are accepted; one of %zu bytes", sum.outcomes[OUTCOME_ACCEPTED], sum.first_accepted);
    }
    munmap(tallies, WORKERS * sizeof(*tallies));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_prefix_of_a_section_is_accepted),
    };

    return cmocka_run_group_tests(tests, build, forget);
}

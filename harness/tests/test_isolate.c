/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fast load answers as one in a process of its own does, whatever was loaded before it. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/case/damage.h"
#include "harness/loader/open.h"
#include "harness/loader/qemu/client.h"

enum { DAMAGES = 150 };

/* Two loaders of one setup, so that neither has to change its way. */
struct pair {
    struct loader *fast, *slow;
};

static struct pair open_pair(const Hardstop__Setup *setup, const char *preload)
{
    struct loader_options options = { .preload = preload };
    struct pair pair = { .slow = support_open(setup) };
    struct hs_error err;

    pair.fast = loader_open(setup, TRUST_ALL, &options, &err);
    if (!pair.fast) {
        fail_msg("%s", err.text);
    }
    return pair;
}

static void close_pair(struct pair *pair)
{
    loader_close(pair->fast);
    loader_close(pair->slow);
}

/* The frames below are the serving loop's, which are others. */
static size_t frames_of_qemu(const struct loader_answer *answer)
{
    size_t n = 0;

    while (n < answer->n_frames && !strstr(answer->frames[n].module, "-preload.so")) {
        n++;
    }
    return n;
}

static bool same_stack(const struct loader_answer *a, const struct loader_answer *b)
{
    size_t n = frames_of_qemu(a);

    for (size_t i = 0; i < n; i++) {
        /* Where no module is known, an offset is an address, and those differ from process to process. */
        if (strcmp(a->frames[i].module, b->frames[i].module) != 0 ||
            (*a->frames[i].module && a->frames[i].offset != b->frames[i].offset)) {
            return false;
        }
    }
    return n == frames_of_qemu(b);
}

/* The state that is saved fast has no description behind its end-of-file mark. */
static bool same_state(const struct loader_answer *fast, const struct loader_answer *slow)
{
    return fast->saved_size <= slow->saved_size && memcmp(fast->saved, slow->saved, fast->saved_size) == 0 &&
           (fast->saved_size > 0) == (slow->saved_size > 0);
}

/* NULL, or what differs. */
static const char *difference(const struct loader_answer *fast, const struct loader_answer *slow)
{
    if (fast->outcome != slow->outcome || fast->result != slow->result) {
        return "outcome";
    }
    if (fast->outcome == OUTCOME_ACCEPTED && !same_state(fast, slow)) {
        return "state";
    }
    if (strcmp(fast->text, slow->text) != 0 || strcmp(fast->section, slow->section) != 0) {
        return "words";
    }
    if (fast->signal != slow->signal || fast->exited != slow->exited || fast->exit_status != slow->exit_status ||
        fast->saving != slow->saving) {
        return "end";
    }
    /* A hang is seen wherever it was when its time was up. */
    return fast->outcome == OUTCOME_CRASHED && !same_stack(fast, slow) ? "stack" : NULL;
}

static const char *compare(struct pair *pair, const Hardstop__Case *test, const uint8_t *bytes, size_t size)
{
    struct loader_input input = {
        .bytes = bytes, .size = size, .memory = test->memory, .n_memory = test->n_memory, .timeout_ms = 500,
    };
    struct loader_answer fast, slow;
    struct hs_error err;
    const char *what;

    HS_CHECK(loader_load(pair->slow, &input, &slow, &err) == 0, "%s", err.text);
    input.fast = true;
    HS_CHECK(loader_load(pair->fast, &input, &fast, &err) == 0, "%s", err.text);
    /* Its time is that of the clock on the wall: on a busy machine that may be too short. */
    if (fast.outcome == OUTCOME_HUNG && slow.outcome != OUTCOME_HUNG) {
        input.timeout_ms *= 20;
        HS_CHECK(loader_load(pair->fast, &input, &fast, &err) == 0, "%s", err.text);
    }
    what = difference(&fast, &slow);
    if (what) {
        print_message("%s: fast %s \"%s\", else %s \"%s\"\n", what, outcome_name(fast.outcome), fast.text,
                      outcome_name(slow.outcome), slow.text);
    }
    return what;
}

/* One byte more, less or other, or an end, somewhere. */
static void damage_somewhere(struct random *random, const struct builder *plain, struct builder *out)
{
    size_t at = random_below(random, plain->size);
    uint8_t byte = (uint8_t)random_bits(random);
    unsigned kind = (unsigned)random_below(random, 4);

    builder_reset(out);
    builder_put(out, plain->data, at);
    if (kind == 0) {
        return;
    }
    if (kind != 1) {
        builder_put(out, &byte, 1);
    }
    at += kind != 2;
    builder_put(out, plain->data + at, plain->size - at);
}

/* How many loads of random damages, with undamaged ones in between, differ from those in processes of their own. */
static unsigned count_differences(const Hardstop__Case *test, const char *preload, unsigned n)
{
    struct pair pair = open_pair(test->setup, preload);
    struct stream_encoding plain = { 0 };
    struct builder damaged = { 0 };
    struct random random;
    unsigned different = 0;

    random_init(&random, 1);
    stream_encode(test->stream, &plain, NULL, NULL);
    for (unsigned i = 0; i < n; i++) {
        damage_somewhere(&random, &plain.out, &damaged);
        different += compare(&pair, test, damaged.data, damaged.size) != NULL;
        if (i % 10 == 0) {
            different += compare(&pair, test, plain.out.data, plain.out.size) != NULL;
        }
    }
    stream_encoding_clear(&plain);
    builder_clear(&damaged);
    close_pair(&pair);
    return different;
}

static void a_fast_load_answers_as_any_other(void **state)
{
    static const char *const seeds[] = {
        "ccw/net", "ccw/blk", "ccw/serial", "pci/rng", "pci/gpu", "pcie/balloon",
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(seeds); i++) {
        char path[256];
        Hardstop__Case *test;

        snprintf(path, sizeof(path), CORPUS_DIR "/cases/seeds/%s.textproto", seeds[i]);
        test = support_read_case(path);
        assert_int_equal(count_differences(test, NULL, DAMAGES), 0);
        case_free(test);
    }
}

static void crashes_and_hangs_are_the_same(void **state)
{
    static const char *const names[] = {
        "ccw-blk-elem-in-num", "ccw-scsi-cmd", "pci-net-queue-num", "pci-iommu-domain-twice", "ccw-rng-num-queues",
        "ccw-rng-config-len", "ccw-blk-elem-in-addr",
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(names); i++) {
        struct stream_encoding plain = { 0 };
        struct damage_effect effect;
        struct builder damaged = { 0 };
        struct pair pair;
        char path[256];
        Hardstop__Case *test;

        snprintf(path, sizeof(path), CORPUS_DIR "/cases/regress/%s.textproto", names[i]);
        test = support_read_case(path);
        pair = open_pair(test->setup, NULL);
        damage_apply(test, &plain, &damaged, &effect);
        /* Again, by the process that goes on, or that came after the one that was lost. */
        for (int k = 0; k < 2; k++) {
            assert_null(compare(&pair, test, damaged.data, damaged.size));
        }
        stream_encoding_clear(&plain);
        builder_clear(&damaged);
        close_pair(&pair);
        case_free(test);
    }
}

/* The processes that a loader's QEMU has begun and not yet ended. */
static void read_children(const struct loader *loader, char *text, size_t size)
{
    char path[64];
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)qemu_pid(loader), (int)qemu_pid(loader));
    file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = 0;
    fclose(file);
}

/* A load that ends badly is put back like any other: the process that loads fast goes on. */
static void a_crash_does_not_end_the_process_that_loads(void **state)
{
    static const char *const names[] = { "ccw-blk-elem-in-num", "ccw-blk-elem-in-addr", "ccw-scsi-vq-index" };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(names); i++) {
        struct loader_input input = { .fast = true, .timeout_ms = 5000 };
        struct stream_encoding plain = { 0 };
        struct builder damaged = { 0 };
        struct damage_effect effect;
        struct loader_answer answer;
        char children[2][256], path[256];
        struct loader *loader;
        Hardstop__Case *test;
        struct hs_error err;

        snprintf(path, sizeof(path), CORPUS_DIR "/cases/regress/%s.textproto", names[i]);
        test = support_read_case(path);
        loader = support_open(test->setup);
        damage_apply(test, &plain, &damaged, &effect);
        input.bytes = damaged.data;
        input.size = damaged.size;
        input.memory = test->memory;
        input.n_memory = test->n_memory;
        for (int k = 0; k < 2; k++) {
            assert_int_equal(loader_load(loader, &input, &answer, &err), 0);
            assert_int_equal(answer.outcome, OUTCOME_CRASHED);
            read_children(loader, children[k], sizeof(children[k]));
        }
        assert_true(*children[0]);
        assert_string_equal(children[0], children[1]);
        loader_close(loader);
        stream_encoding_clear(&plain);
        builder_clear(&damaged);
        case_free(test);
    }
}

static void both_ways_serve_in_turns(void **state)
{
    Hardstop__Case *test = support_capture_part("ccw", HARDSTOP__FRAMING__FOOTER, "virtio-rng");
    struct pair pair = { .fast = support_open(test->setup) };
    struct stream_encoding plain = { 0 };

    (void)state;
    pair.slow = pair.fast;
    stream_encode(test->stream, &plain, NULL, NULL);
    for (size_t cut = 0; cut < 5; cut++) {
        struct loader_input input = { .bytes = plain.out.data, .size = plain.out.size - cut };
        struct loader_answer answer;
        struct hs_error err;

        for (int fast = 0; fast < 4; fast++) {
            input.fast = fast & 1;
            assert_int_equal(loader_load(pair.fast, &input, &answer, &err), 0);
            assert_int_equal(answer.outcome, cut ? OUTCOME_REJECTED : OUTCOME_ACCEPTED);
        }
    }
    assert_int_equal(qemu_restarts(pair.fast), 0);
    stream_encoding_clear(&plain);
    loader_close(pair.fast);
    case_free(test);
}

static void a_state_that_is_not_put_back_is_noticed(void **state)
{
    char *preload = support_beside("libplanted-preload.so");
    /* Each load adds requests to the device: what is not put back is there twice. */
    Hardstop__Case *test = support_read_case(CORPUS_DIR "/cases/seeds/ccw/blk.textproto");

    (void)state;
    assert_true(count_differences(test, preload, 20) > 0);
    case_free(test);
    free(preload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(a_fast_load_answers_as_any_other),
        SUPPORT_TIDY(crashes_and_hangs_are_the_same),
        SUPPORT_TIDY(a_crash_does_not_end_the_process_that_loads),
        SUPPORT_TIDY(both_ways_serve_in_turns),
        SUPPORT_TIDY(a_state_that_is_not_put_back_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Feedback tells apart what an engine should keep, and takes for the same what differs by numbers alone. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzzers/feedback.h"
#include "harness/base/check.h"

#define QUEUES "qemu-system-x86_64: Failed to load virtio:queues\n"

/* The counters that a judgement leaves. */
struct trace {
    uint8_t counters[TARGET_COUNTERS];
};

static Hardstop__Case *build(const char *damage)
{
    char *text = NULL;
    Hardstop__Case *test;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    fprintf(out, "stream { section { type: FULL idstr: 'a/virtio-rng' virtio { %s } } section { type: EOF } } %s",
            support_rng_text, damage);
    fclose(out);
    test = (Hardstop__Case *)support_message(&hardstop__case__descriptor, text);
    free(text);
    return test;
}

static struct trace trace(const char *damage, enum verdict verdict, const char *section, const char *text)
{
    struct judgement judgement = { .verdict = verdict };
    Hardstop__Case *test = build(damage);
    struct trace trace;

    judgement.test = test;
    judgement.actual.answer.section = section;
    judgement.actual.answer.text = text;
    judgement.is_damaged = damage_apply(test, &judgement.plain, &judgement.damaged, &judgement.effect);
    memset(target_counters, 0, sizeof(target_counters));
    target_feedback(&judgement);
    memcpy(trace.counters, target_counters, sizeof(trace.counters));
    judgement_clear(&judgement);
    case_free(test);
    return trace;
}

/* Has `left` a counter that `right` has not? */
static bool has_new(const struct trace *left, const struct trace *right)
{
    for (size_t i = 0; i < TARGET_COUNTERS; i++) {
        if (left->counters[i] && !right->counters[i]) {
            return true;
        }
    }
    return false;
}

static const char here[] = "damage { at { section: 0 field: 'virtio.ccw.mba' } delete: 1 }";
static const char *const lines = "VQ 2 size 0x100 < last_avail_idx 0x5 - used_idx 0x1f\n" QUEUES;

static void new_answers_are_new(void **state)
{
    struct trace base = trace(here, VERDICT_REJECTED, "a/virtio-rng", lines);
    const struct trace others[] = {
        trace(here, VERDICT_EQUAL, "a/virtio-rng", lines),
        trace(here, VERDICT_REJECTED, "a/virtio-net", lines),
        trace(here, VERDICT_REJECTED, "a/virtio-rng", "Missing section footer\n"),
        /* The field where the load stopped is in the second line. */
        trace(here, VERDICT_REJECTED, "a/virtio-rng",
              "VQ 2 size 0x100 < last_avail_idx 0x5 - used_idx 0x1f\n"
              "qemu-system-x86_64: Failed to load virtio_pci/modern_state:vqs\n"),
        trace("damage { at { section: 0 field: 'virtio.ccw.indicators' } delete: 1 }", VERDICT_REJECTED, "a/virtio-rng",
              lines),
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(others); i++) {
        if (!has_new(&others[i], &base)) {
            fail_msg("number %zu gives nothing new", i);
        }
    }
}

static void numbers_make_nothing_new(void **state)
{
    struct trace base = trace(here, VERDICT_REJECTED, "a/virtio-rng", lines);
    const struct trace others[] = {
        trace(here, VERDICT_REJECTED, "a/virtio-rng", lines),
        trace(here, VERDICT_REJECTED, "b/c/virtio-rng", lines),
        trace(here, VERDICT_REJECTED, "a/virtio-rng",
              "VQ 17 size 0xabcd < last_avail_idx 0xffff - used_idx 0x0\n" QUEUES),
        trace(here, VERDICT_REJECTED, "a/virtio-rng",
              "VQ 2 size 0x100 < last_avail_idx 0x5 - used_idx 0x1f'made up'\n" QUEUES),
        /* A name that the input made up, with quotes, bytes that are no text, and lines in it. */
        trace(here, VERDICT_REJECTED, "a/virtio-rng", "VQ 2 size 0x100 < last_avail_idx 0x5 - used_idx 0x1f'a'b'\n" QUEUES),
        trace(here, VERDICT_REJECTED, "a/virtio-rng",
              "VQ 2 size 0x100 < last_avail_idx 0x5 - used_idx 0x1f'made\nup'\nof several' and more\n" QUEUES),
        trace(here, VERDICT_REJECTED, "a/virtio-rng",
              "VQ 2 size 0x100 < last_avail_idx 0x5 - used_idx 0x1f\xff\x01 and more\n" QUEUES),
        trace(here, VERDICT_REJECTED, "a/virtio-rng", lines),
        /* Another byte of the same field, and another kind of damage to it. */
        trace("damage { at { section: 0 field: 'virtio.ccw.mba' offset: 3 } insert: 'xx' }", VERDICT_REJECTED,
              "a/virtio-rng", lines),
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(others); i++) {
        if (has_new(&others[i], &base)) {
            fail_msg("number %zu gives something new", i);
        }
    }
}

/* A device that no table knows may be any name, and so may a subsection. */
static void made_up_names_make_nothing_new(void **state)
{
    struct trace base = trace(here, VERDICT_REJECTED, "none", QUEUES);
    struct trace other = trace(here, VERDICT_REJECTED, "other", "rest of it)\n" QUEUES);

    (void)state;
    assert_false(has_new(&other, &base));
}

/* Damage at the end, in headers, in no section, of a case without a stream: counted or not, it does no harm. */
static void any_place_is_taken(void **state)
{
    static const char *const places[] = {
        "damage { at { section: 0 offset: 99999 } truncate { } }",
        "damage { at { section: 0 header: true } delete: 1 }",
        "damage { at { offset: 99999 } insert: 'x' }",
        "damage { at { section: 9 } swap: 1 }",
        "damage { at { section: 1 } repeat: 2 }",
        "",
    };
    struct judgement judgement = { .verdict = VERDICT_UNKNOWN };
    Hardstop__Case *empty = case_new();

    (void)state;
    for (size_t i = 0; i < HS_COUNT(places); i++) {
        struct trace one = trace(places[i], VERDICT_REJECTED, "", ""), two = trace("", VERDICT_UNKNOWN, "x", "\n\n");

        assert_true(has_new(&one, &two));
    }
    judgement.test = empty;
    judgement.actual.answer.section = judgement.actual.answer.text = "";
    judgement.is_damaged = true;
    target_feedback(&judgement);
    case_free(empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_answers_are_new),
        cmocka_unit_test(numbers_make_nothing_new),
        cmocka_unit_test(made_up_names_make_nothing_new),
        cmocka_unit_test(any_place_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict on an answer, down to the smallest difference between equal and garbage. */
#include "support.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/judge/oracle.h"
#include "harness/judge/unloaded.h"
#include "harness/message/reflect.h"

#define SAVED(text) .outcome = OUTCOME_ACCEPTED, .saved = (const uint8_t *)(text), .saved_size = sizeof(text) - 1

static const struct {
    struct loader_answer actual, reference;
    enum verdict verdict;
} answers[] = {
    { { SAVED("abc") }, { SAVED("abc") }, VERDICT_EQUAL },
    { { SAVED("") }, { SAVED("") }, VERDICT_EQUAL },
    { { .outcome = OUTCOME_ACCEPTED }, { .outcome = OUTCOME_ACCEPTED }, VERDICT_EQUAL },
    /* Any byte counts, the first and the last, and none may be missing or come on top. */
    { { SAVED("abd") }, { SAVED("abc") }, VERDICT_GARBAGE },
    { { SAVED("bbc") }, { SAVED("abc") }, VERDICT_GARBAGE },
    { { SAVED("a\0c") }, { SAVED("a\0d") }, VERDICT_GARBAGE },
    { { SAVED("ab") }, { SAVED("abc") }, VERDICT_GARBAGE },
    { { SAVED("abc") }, { SAVED("ab") }, VERDICT_GARBAGE },
    { { SAVED("") }, { SAVED("a") }, VERDICT_GARBAGE },
    { { SAVED("a") }, { SAVED("") }, VERDICT_GARBAGE },
    { { SAVED("b") }, { SAVED("a") }, VERDICT_GARBAGE },
    /* What is accepted is never equal to what was not. */
    { { SAVED("abc") }, { .outcome = OUTCOME_REJECTED }, VERDICT_GARBAGE },
    { { SAVED("") }, { .outcome = OUTCOME_REJECTED }, VERDICT_GARBAGE },
    { { SAVED("") }, { .outcome = OUTCOME_CRASHED, .signal = SIGABRT }, VERDICT_GARBAGE },
    /* Any other answer is what it is, whatever the reference was. */
    { { .outcome = OUTCOME_REJECTED }, { SAVED("abc") }, VERDICT_REJECTED },
    { { .outcome = OUTCOME_REJECTED }, { .outcome = OUTCOME_REJECTED }, VERDICT_REJECTED },
    { { .outcome = OUTCOME_CRASHED, .signal = SIGSEGV }, { SAVED("abc") }, VERDICT_CRASHED },
    { { .outcome = OUTCOME_CRASHED, .exited = true }, { .outcome = OUTCOME_CRASHED, .exited = true }, VERDICT_CRASHED },
    { { .outcome = OUTCOME_HUNG }, { SAVED("abc") }, VERDICT_HUNG },
    { { .outcome = OUTCOME_UNKNOWN }, { SAVED("abc") }, VERDICT_UNKNOWN },
};

static void verdicts_follow_from_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(answers); i++) {
        enum verdict verdict = oracle_verdict(&answers[i].actual, &answers[i].reference);

        if (verdict != answers[i].verdict) {
            fail_msg("%zu: %s", i, verdict_name(verdict));
        }
    }
}

static void sections_that_were_not_loaded_are_named(void **state)
{
    static const struct {
        const char *before, *now, *unloaded;
        enum outcome outcome;
        size_t n;
    } cases[] = {
        { "a\nb\nc #1\n", "a\nb\nc #1\n", "", OUTCOME_ACCEPTED, 0 },
        { "a\nb\nc #1\n", "a\n", "b\nc #1\n", OUTCOME_ACCEPTED, 2 },
        { "a\nb\n", "", "a\nb\n", OUTCOME_ACCEPTED, 2 },
        { "a\nb\n", "b\nx\n", "a\n", OUTCOME_ACCEPTED, 1 },
        { "a\na\na\n", "a\na\n", "a\n", OUTCOME_ACCEPTED, 1 },
        { "ab\na\n", "ab\n", "a\n", OUTCOME_ACCEPTED, 1 },
        { "", "a\n", "", OUTCOME_ACCEPTED, 0 },
        { "a\nb\n", "a\n", "", OUTCOME_REJECTED, 0 },
        { NULL, "a\n", "", OUTCOME_ACCEPTED, 0 },
        { "a\n", NULL, "", OUTCOME_ACCEPTED, 0 },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(cases); i++) {
        struct judgement judgement = {
            .reference.answer.loaded = cases[i].before,
            .actual.answer = { .outcome = cases[i].outcome, .loaded = cases[i].now },
        };
        size_t n;
        char *names = unloaded_sections(&judgement, &n);

        assert_string_equal(names, cases[i].unloaded);
        assert_int_equal(n, cases[i].n);
        free(names);
    }
}

static void verdicts_have_names_and_an_order(void **state)
{
    static const enum verdict order[] = {
        VERDICT_UNKNOWN, VERDICT_REJECTED, VERDICT_EQUAL, VERDICT_GARBAGE, VERDICT_HUNG, VERDICT_CRASHED,
    };

    (void)state;
    assert_int_equal(HS_COUNT(order), VERDICT_COUNT);
    for (size_t i = 0; i < HS_COUNT(order); i++) {
        assert_int_equal(verdict_of_name(verdict_name(order[i])), order[i]);
        assert_int_equal(verdict_severity(order[i]), i);
    }
    assert_int_equal(verdict_of_name(""), VERDICT_COUNT);
    assert_int_equal(verdict_of_name("reject"), VERDICT_COUNT);
    assert_int_equal(verdict_of_name("rejectedd"), VERDICT_COUNT);
}

/* A loader that accepts everything, and saves the same whatever it was given. */
struct fixed {
    struct loader loader;
    struct builder saved;
};

static int load_fixed(struct loader *loader, const struct loader_input *input, struct loader_answer *answer,
                      struct hs_error *err)
{
    struct fixed *fixed = (struct fixed *)loader;

    (void)input;
    (void)err;
    *answer = (struct loader_answer){ .outcome = OUTCOME_ACCEPTED, .text = "", .section = "",
                                      .saved = fixed->saved.data, .saved_size = fixed->saved.size };
    return 0;
}

static const struct loader_class fixed_class = { .load = load_fixed };

#define SECTION(id, payload, footer) \
    "section { section_id: " id " idstr: 'a' instance_id: 0 version_id: 1 opaque: '" payload "' " footer " }"
#define FOOTER "footer { }"
#define END "section { type: EOF }"

/* A stream is sound when it is saved as it was given; a section's id may be another, and a footer must end it. */
static const struct {
    const char *given, *saved;
    bool is_sound;
    size_t not_kept; /* fields */
} kept[] = {
    { SECTION("1", "xy", FOOTER) END, SECTION("1", "xy", FOOTER) END, true, 0 },
    { SECTION("1", "xy", FOOTER) END, SECTION("258", "xy", FOOTER) END, true, 0 },
    { SECTION("1", "xy", FOOTER) END, SECTION("1", "xyz", FOOTER) END, false, 1 },
    { SECTION("1", "xy", FOOTER) END, SECTION("1", "xy~", FOOTER) END, false, 1 },
    { SECTION("1", "xy", FOOTER) END, SECTION("1", "xy~\\000\\000\\000\\002", FOOTER) END, false, 1 },
    { SECTION("1", "xy", FOOTER) END, SECTION("1", "x", FOOTER) END, false, 1 },
    { SECTION("1", "xy", FOOTER) END, SECTION("1", "xz", FOOTER) END, false, 1 },
    { SECTION("1", "xy", FOOTER) END, SECTION("1", "zy", FOOTER) END, false, 1 },
    { SECTION("1", "xy", FOOTER) END, END, false, 1 },
    { SECTION("1", "xy", "") END, SECTION("1", "xy", "") END, true, 0 },
    { SECTION("1", "xy", "") END, SECTION("1", "xz", "") END, false, 1 },
    /* Nothing behind it tells that it ends there: our own decoder cannot read it, which is no fault of the loader. */
    { SECTION("1", "xy", "") END, SECTION("1", "xy", ""), false, 0 },
};

static void what_is_kept_is_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(kept); i++) {
        Hardstop__Case test = HARDSTOP__CASE__INIT;
        ProtobufCMessage *given = support_message(&hardstop__stream__descriptor, kept[i].given);
        ProtobufCMessage *saved = support_message(&hardstop__stream__descriptor, kept[i].saved);
        struct fixed fixed = { .loader = { .class = &fixed_class } };
        struct stream_encoding encoding = { 0 };
        struct oracle oracle = { .loader = &fixed.loader };
        struct judgement judgement = { 0 };

        test.stream = (Hardstop__Stream *)given;
        stream_encode((Hardstop__Stream *)saved, &encoding, NULL, NULL);
        builder_put(&fixed.saved, encoding.out.data, encoding.out.size);
        assert_int_equal(oracle_judge(&oracle, &test, &judgement, NULL), 0);
        if (judgement.is_sound != kept[i].is_sound || judgement.resave.n != kept[i].not_kept) {
            fail_msg("%zu: sound %d, %zu fields not kept", i, judgement.is_sound, judgement.resave.n);
        }
        judgement_clear(&judgement);
        oracle_clear(&oracle);
        stream_encoding_clear(&encoding);
        builder_clear(&fixed.saved);
        reflect_free(given);
        reflect_free(saved);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_follow_from_answers),
        cmocka_unit_test(what_is_kept_is_seen),
        cmocka_unit_test(sections_that_were_not_loaded_are_named),
        cmocka_unit_test(verdicts_have_names_and_an_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

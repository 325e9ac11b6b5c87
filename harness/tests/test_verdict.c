/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict on an answer, down to the smallest difference between equal and garbage. */
#include "support.h"

#include <signal.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/judge/oracle.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_follow_from_answers),
        cmocka_unit_test(verdicts_have_names_and_an_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a served program does in a load, and what is answered: with a stand-in for QEMU that does what a stream says. */
#include "support.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/loader/loader.h"

static struct loader *loader;

static int open_loader(void **state)
{
    Hardstop__Setup setup = HARDSTOP__SETUP__INIT;

    (void)state;
    setup.binary = support_beside("standin_loader");
    loader = support_open(&setup);
    free(setup.binary);
    return 0;
}

static int close_loader(void **state)
{
    (void)state;
    loader_close(loader);
    return 0;
}

/* Ends a load that spins; what is busy has longer. */
#define SHORT_MS 200
#define LONG_MS 30000

static struct loader_answer load(const char *letters, bool fast)
{
    struct loader_input input = {
        .bytes = (const uint8_t *)letters, .size = strlen(letters), .fast = fast,
        .timeout_ms = strchr(letters, 'h') ? SHORT_MS : LONG_MS,
    };
    struct loader_answer answer;
    struct hs_error err = { .text = "" };

    if (loader_load(loader, &input, &answer, &err) < 0) {
        assert_int_equal(answer.outcome, OUTCOME_UNKNOWN);
    }
    return answer;
}

static const struct {
    const char *letters; /* see standin_loader.c */
    enum outcome outcome;
    bool saving, exited;
    int exit_status, signal, result;
    const char *section, *text, *saved;
} rows[] = {
    { "uv", OUTCOME_ACCEPTED, false, false, 0, 0, 0, "", "", "uv" },
    { "ur", OUTCOME_REJECTED, false, false, 0, 0, -22, "", "", NULL },
    { "e", OUTCOME_CRASHED, false, true, 0, 0, 0, "", "", NULL },
    { "E", OUTCOME_CRASHED, false, true, 7, 0, 0, "", "", NULL },
    { "x", OUTCOME_CRASHED, false, true, 0, 0, 0, "", "", NULL },
    { "a", OUTCOME_CRASHED, false, false, 0, SIGABRT, 0, "", "", NULL },
    { "s", OUTCOME_CRASHED, false, false, 0, SIGSEGV, 0, "", "", NULL },
    { "+e", OUTCOME_CRASHED, true, true, 0, 0, 0, "", "", NULL },
    { "+x", OUTCOME_CRASHED, true, true, 0, 0, 0, "", "", NULL },
    { "u+a", OUTCOME_CRASHED, true, false, 0, SIGABRT, 0, "", "", NULL },
    { "h", OUTCOME_HUNG, false, false, 0, 0, 0, "", "", NULL },
    { "2+h", OUTCOME_HUNG, true, false, 0, 0, 0, "second/with/parts", "", NULL },
    { "1", OUTCOME_ACCEPTED, false, false, 0, 0, 0, "first", "", "" },
    { "12r", OUTCOME_REJECTED, false, false, 0, 0, -22, "second/with/parts", "", NULL },
    { "21e", OUTCOME_CRASHED, false, true, 0, 0, 0, "first", "", NULL },
    { "3132", OUTCOME_ACCEPTED, false, false, 0, 0, 0, "second/with/parts", "words of its own\nwords of its own\n",
      "" },
};

static void check_row(size_t i, bool fast)
{
    struct loader_answer answer = load(rows[i].letters, fast);

    if (answer.outcome != rows[i].outcome || answer.saving != rows[i].saving || answer.exited != rows[i].exited ||
        answer.exit_status != rows[i].exit_status || answer.signal != rows[i].signal ||
        answer.result != rows[i].result || strcmp(answer.section, rows[i].section) != 0 ||
        strcmp(answer.text, rows[i].text) != 0) {
        fail_msg("\"%s\"%s: %s, saving %d, exited %d (%d), signal %d, result %d, section \"%s\": %s", rows[i].letters,
                 fast ? ", fast" : "", outcome_name(answer.outcome), answer.saving, answer.exited, answer.exit_status,
                 answer.signal, answer.result, answer.section, answer.text);
    }
    if (rows[i].saved) {
        assert_int_equal(answer.saved_size, strlen(rows[i].saved));
        assert_memory_equal(answer.saved, rows[i].saved, answer.saved_size);
    }
}

static void each_end_has_its_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        check_row(i, false);
        check_row(i, true);
    }
}

/* Whatever the load before did. */
static void an_answer_says_nothing_of_the_load_before(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        for (size_t k = 0; k < HS_COUNT(rows); k += 3) {
            check_row(i, k & 1);
            check_row(k, true);
        }
    }
}

/* Else the tests of fast loads would say nothing. */
static void fast_loads_share_a_process(void **state)
{
    char first[64] = "", second[64] = "";
    struct loader_answer answer = load("p", true);

    (void)state;
    memcpy(first, answer.saved, answer.saved_size);
    answer = load("p", true);
    memcpy(second, answer.saved, answer.saved_size);
    assert_int_not_equal(*first, 0);
    assert_string_equal(first, second);
}

/* In a fast load, whose process goes on: the next must find what it would in a new one. */
static void a_closed_descriptor_is_open_again(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct loader_answer answer = load("o", true);

        assert_memory_equal(answer.saved, "O", 1);
        assert_int_equal(load("co", true).outcome, OUTCOME_ACCEPTED);
        answer = load("o", true);
        assert_memory_equal(answer.saved, "O", 1);
        answer = load("co", false);
        assert_memory_equal(answer.saved, "C", 1);
        assert_int_equal(load("c", true).outcome, OUTCOME_ACCEPTED);
    }
}

static void what_kills_from_outside_is_no_crash(void **state)
{
    (void)state;
    assert_int_equal(load("k", false).outcome, OUTCOME_UNKNOWN);
    assert_int_equal(load("k", true).outcome, OUTCOME_UNKNOWN);
    check_row(0, true);
}

static void a_loader_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(loader_name(loader), "QEMU 7.2.99");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_end_has_its_answer),
        cmocka_unit_test(an_answer_says_nothing_of_the_load_before),
        cmocka_unit_test(fast_loads_share_a_process),
        cmocka_unit_test(a_closed_descriptor_is_open_again),
        cmocka_unit_test(what_kills_from_outside_is_no_crash),
        cmocka_unit_test(a_loader_has_a_name),
    };

    return cmocka_run_group_tests(tests, open_loader, close_loader);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a served program does in a load, and what is answered: with a stand-in for QEMU that does what a stream says. */
#include "support.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/check.h"
#include "harness/loader/loader.h"
#include "harness/loader/qemu/answer.h"
#include "standin_description.h"
#include "standin_errors.h"

static struct loader *loader;

static int open_loader(void **state)
{
    (void)state;
    loader = support_open_beside(STANDIN, NULL);
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

/* The shape of a later version: see standin_loader.c. */
#define IS_LATER (strcmp(STANDIN, "standin_loader") != 0)

static bool was_fast; /* the last load */

static struct loader_answer load_with(const char *letters, bool fast, Hardstop__GuestMemory *const *memory,
                                      size_t n_memory)
{
    struct loader_input input = {
        .bytes = (const uint8_t *)letters, .size = strlen(letters), .fast = fast, .memory = memory,
        .n_memory = n_memory, .timeout_ms = strchr(letters, 'h') ? SHORT_MS : LONG_MS,
    };
    struct loader_answer answer;
    struct hs_error err = { .text = "" };

    was_fast = fast;
    if (loader_load(loader, &input, &answer, &err) < 0) {
        assert_int_equal(answer.outcome, OUTCOME_UNKNOWN);
    }
    return answer;
}

static struct loader_answer load(const char *letters, bool fast)
{
    return load_with(letters, fast, NULL, 0);
}

static enum outcome load_reading(const char *letters, bool fast, uint32_t most_reads)
{
    struct loader_input input = { .bytes = (const uint8_t *)letters, .size = strlen(letters), .fast = fast,
                                  .timeout_ms = LONG_MS, .most_reads = most_reads };
    struct loader_answer answer;

    assert_int_equal(loader_load(loader, &input, &answer, NULL), 0);
    return answer.outcome;
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
    { "uq", OUTCOME_ACCEPTED, false, false, 0, 0, 0, "", "", "u2-" },
    { "uiiv", OUTCOME_ACCEPTED, false, false, 0, 0, 0, "", "", "uiiv" },
    { "Q", OUTCOME_UNKNOWN, false, false, 0, 0, 0, "", "", NULL },
    { "uwq", OUTCOME_ACCEPTED, false, false, 0, 0, 0, "", "", "uw2-" },
    { "WWu", OUTCOME_ACCEPTED, false, false, 0, 0, 0, "", "", "WWu" },
    { "uA", OUTCOME_ACCEPTED, false, false, 0, 0, 0, "", "", "u" },
    { "P", OUTCOME_UNKNOWN, false, true, 0, 0, 0, "", "", NULL },
    { "Pr", OUTCOME_UNKNOWN, false, true, 0, 0, -22, "", "", NULL },
    { "C", OUTCOME_UNKNOWN, false, true, 0, 0, 0, "", "", NULL },
    { "Cr", OUTCOME_REJECTED, false, false, 0, 0, -22, "", "", NULL },
    { "ub", OUTCOME_ACCEPTED, false, false, 0, 0, 0, "", "", "ub" },
    { "1", OUTCOME_ACCEPTED, false, false, 0, 0, 0, "first", "", "" },
    { "12r", OUTCOME_REJECTED, false, false, 0, 0, -22, "second/with/parts", "", NULL },
    { "124r", OUTCOME_REJECTED, false, false, 0, 0, -22, "first", "", NULL },
    { "1424", OUTCOME_ACCEPTED, false, false, 0, 0, 0, "first", "", "" },
    { "142", OUTCOME_ACCEPTED, false, false, 0, 0, 0, "second/with/parts", "", "" },
    { "24e", OUTCOME_CRASHED, false, true, 0, 0, 0, "second/with/parts", "", NULL },
    { "21e", OUTCOME_CRASHED, false, true, 0, 0, 0, "first", "", NULL },
    { "8", OUTCOME_ACCEPTED, false, false, 0, 0, 0, "", STANDIN_REPORT, "" },
    { "8E", OUTCOME_CRASHED, false, true, 7, 0, 0, "", STANDIN_REPORT, NULL },
    { "3132", OUTCOME_ACCEPTED, false, false, 0, 0, 0, "second/with/parts", "words of its own\nwords of its own\n",
      "" },
};

/* A state is followed by its description, unless it was saved fast. */
static void check_saved(const struct loader_answer *answer, const char *saved)
{
    size_t size = strlen(saved), described = was_fast ? 0 : STANDIN_DESCRIPTION_SIZE;

    assert_int_equal(answer->outcome, OUTCOME_ACCEPTED);
    if (answer->saved_size != size + described || memcmp(answer->saved, saved, size) != 0 ||
        memcmp(answer->saved + size, STANDIN_DESCRIPTION, described) != 0) {
        fail_msg("\"%.*s\", not \"%s\"", (int)answer->saved_size, (const char *)answer->saved, saved);
    }
}

/* Later versions hand their reason over. */
static const char *words_of(size_t i)
{
    return rows[i].outcome == OUTCOME_REJECTED && IS_LATER
               ? "load of migration failed: Invalid argument: the reason\n" : rows[i].text;
}

static void check_row(size_t i, bool fast)
{
    struct loader_answer answer = load(rows[i].letters, fast);
    /* A fast load does not say what it saves. */
    const char *section = rows[i].saving && !fast ? "saved, in parts" : rows[i].section;

    if (answer.outcome != rows[i].outcome || answer.saving != rows[i].saving || answer.exited != rows[i].exited ||
        answer.exit_status != rows[i].exit_status || answer.signal != rows[i].signal ||
        answer.result != rows[i].result || strcmp(answer.section, section) != 0 ||
        strcmp(answer.text, words_of(i)) != 0) {
        fail_msg("\"%s\"%s: %s, saving %d, exited %d (%d), signal %d, result %d, section \"%s\": %s", rows[i].letters,
                 fast ? ", fast" : "", outcome_name(answer.outcome), answer.saving, answer.exited, answer.exit_status,
                 answer.signal, answer.result, answer.section, answer.text);
    }
    if (rows[i].saved) {
        check_saved(&answer, rows[i].saved);
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

/* Twice as many questions behind the end as a load may ask; the time that takes is within its limit. */
static void who_asks_too_often_is_hung(void **state)
{
    (void)state;
    assert_int_equal(load("uB", false).hang, HANG_READS);
    assert_int_equal(load("uB", true).hang, HANG_READS);
    /* A million of them, beside a smaller limit and a greater one, below and above that of the shortcut. */
    for (int fast = 0; fast < 2; fast++) {
        assert_int_equal(load_reading("b", fast, 20000), OUTCOME_HUNG);
        assert_int_equal(load_reading("b", fast, 999999), OUTCOME_HUNG);
        assert_int_equal(load_reading("b", fast, 1100000), OUTCOME_ACCEPTED);
    }
    assert_int_equal(load("h", false).hang, HANG_SPINS);
    assert_int_equal(load("u", false).hang, HANG_NONE);
}

/* The shortcut behind the end of a stream is gone when the next is read. */
static void the_next_load_reads_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct loader_answer answer = load("ub", true);

        check_saved(&answer, "ub");
        answer = load("gxv", true);
        check_saved(&answer, "xv");
    }
}

/* The limit is processor time: who only waits for a while is not hung. */
static void a_load_that_waits_is_slow_and_no_hang(void **state)
{
    struct loader_input input = { .bytes = (const uint8_t *)"uz", .size = 2, .timeout_ms = 1000 };
    struct loader_answer answer;

    (void)state;
    was_fast = false;
    assert_int_equal(loader_load(loader, &input, &answer, NULL), 0);
    check_saved(&answer, "u");
}

/* A fork has one thread, and nobody wakes it. */
static void what_only_sleeps_is_not_judged(void **state)
{
    struct loader_input input = { .bytes = (const uint8_t *)"y", .size = 1, .timeout_ms = LONG_MS };
    struct loader_answer answer;
    struct hs_error err;

    (void)state;
    assert_int_equal(loader_load(loader, &input, &answer, &err), -1);
    assert_int_equal(answer.outcome, OUTCOME_UNKNOWN);
    assert_string_equal(err.text, "the load waits, in qemu_load_device_state, for a thread that the process it runs "
                                  "in does not have");
}

static void who_goes_on_is_told_why(void **state)
{
    static const char *const reasons[][2] = { { "P", "begins postcopy" }, { "C", "begins COLO" } };
    struct loader_answer answer;
    struct hs_error err;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(reasons); i++) {
        struct loader_input input = { .bytes = (const uint8_t *)reasons[i][0], .size = 1 };

        assert_int_equal(loader_load(loader, &input, &answer, &err), -1);
        assert_non_null(strstr(err.text, reasons[i][1]));
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

/* A stream ends where it ends, whatever was loaded before it. */
static void nothing_is_left_of_a_longer_stream(void **state)
{
    static const char *const streams[] = { "uvwuvwuvw", "u", "", "uvw", "v" };

    (void)state;
    for (size_t i = 0; i < 2 * HS_COUNT(streams); i++) {
        struct loader_answer answer = load(streams[i / 2], i & 1);

        check_saved(&answer, streams[i / 2]);
    }
}

/* Somebody else's signal: the load is done once more, and that counts. */
static void a_killed_load_is_done_again(void **state)
{
    (void)state;
    for (int fast = 0; fast < 2; fast++) {
        for (int i = 0; i < 2; i++) {
            struct loader_answer answer = load("uKv", fast);

            check_saved(&answer, "uKv");
        }
    }
}

/* All records, each where it belongs, and nothing of the load before. */
static void guest_memory_is_as_the_records_say(void **state)
{
    Hardstop__GuestMemory first = HARDSTOP__GUEST_MEMORY__INIT, second = first, third = first;
    Hardstop__GuestMemory *const list[] = { &first, &second, &third };

    (void)state;
    first.address = 1;
    first.data = (ProtobufCBinaryData){ 3, (uint8_t *)"abc" };
    second.address = 6;
    second.data = (ProtobufCBinaryData){ 2, (uint8_t *)"de" };
    third.address = 2;
    third.data = (ProtobufCBinaryData){ 1, (uint8_t *)"X" };
    for (int i = 0; i < 4; i++) {
        struct loader_answer answer = load_with("m", i & 1, list, HS_COUNT(list));

        check_saved(&answer, ".aXc..de");
        answer = load_with("m", i & 1, &list[1], 1);
        check_saved(&answer, "......de");
        answer = load("m", i & 1);
        check_saved(&answer, "........");
    }
}

static void every_clock_stands_still(void **state)
{
    (void)state;
    for (int fast = 0; fast < 2; fast++) {
        struct loader_answer answer = load("t", fast);

        check_saved(&answer, "DDDUUDD");
    }
}

static void a_crash_is_where_it_happened(void **state)
{
    static const struct {
        const char *letters;
        uint64_t address;
        bool in_program; /* the innermost frame: abort() is the C library's */
    } crashes[] = { { "s", 8, true }, { "us", 8, true }, { "a", 0, false }, { "+s", 8, true } };

    (void)state;
    for (size_t i = 0; i < 2 * HS_COUNT(crashes); i++) {
        struct loader_answer answer = load(crashes[i / 2].letters, i & 1);

        assert_int_equal(answer.fault_address, crashes[i / 2].address);
        assert_true(answer.n_frames > 2);
        assert_int_equal(answer.frames[0].in_program, crashes[i / 2].in_program);
        assert_string_equal(loader_crash_frame(&answer)->module, STANDIN);
        assert_false(loader_is_own_frame(&answer.frames[0]));
    }
}

/* What a load may have left in the memory that it shares with us, and what comes of it. */
static const struct {
    enum protocol_phase phase;
    int32_t save_result;
    uint64_t offset, size; /* of the 8 bytes that were written */
    enum outcome outcome;
    const char *words; /* "": there is a verdict */
} left[] = {
    { PROTOCOL_PHASE_FINISHED, 0, 0, 8, OUTCOME_ACCEPTED, "" },
    { PROTOCOL_PHASE_FINISHED, 0, 8, 0, OUTCOME_ACCEPTED, "" },
    { PROTOCOL_PHASE_FINISHED, 0, 3, 5, OUTCOME_ACCEPTED, "" },
    { PROTOCOL_PHASE_FINISHED, 0, 3, 6, OUTCOME_UNKNOWN, "no sensible size" },
    { PROTOCOL_PHASE_FINISHED, 0, 9, 0, OUTCOME_UNKNOWN, "no sensible size" },
    { PROTOCOL_PHASE_FINISHED, 0, 0, 9, OUTCOME_UNKNOWN, "no sensible size" },
    { PROTOCOL_PHASE_FINISHED, 0, UINT64_MAX, 2, OUTCOME_UNKNOWN, "no sensible size" },
    { PROTOCOL_PHASE_FINISHED, -EINVAL, 0, 8, OUTCOME_ACCEPTED, "" }, /* QEMU's own: it saves nothing */
    { PROTOCOL_PHASE_FINISHED, -EFBIG, 0, 8, OUTCOME_UNKNOWN, "could not be saved again" },
    { PROTOCOL_PHASE_FINISHED, -ENOSPC, 0, 8, OUTCOME_UNKNOWN, "could not be saved again" },
    { PROTOCOL_PHASE_NONE, 0, 0, 8, OUTCOME_UNKNOWN, "the load did not begin" },
};

static void what_is_left_is_not_trusted(void **state)
{
    static struct answer_room room;
    static struct protocol_shared shared;
    int output = memfd_create("output", MFD_CLOEXEC);

    (void)state;
    assert_int_equal(write(output, "12345678", 8), 8);
    for (size_t i = 0; i < HS_COUNT(left); i++) {
        struct loader_answer answer = { 0 };
        struct hs_error err = { .text = "" };
        bool fails = *left[i].words != 0;

        shared.answer.phase = left[i].phase;
        shared.answer.save_result = left[i].save_result;
        shared.answer.saved_offset = left[i].offset;
        shared.answer.saved_size = left[i].size;
        shared.answer.n_frames = UINT32_MAX;
        assert_int_equal(answer_read(&room, &shared, output, &answer, &err), fails ? -1 : 0);
        assert_int_equal(answer.outcome, left[i].outcome);
        assert_non_null(strstr(err.text, left[i].words));
        assert_int_equal(answer.n_frames, LOADER_FRAMES);
        if (!fails) {
            assert_int_equal(answer.saved_size, left[i].save_result ? 0 : left[i].size);
            assert_memory_equal(answer.saved, &"12345678"[left[i].offset], answer.saved_size);
        }
    }
    free(room.saved);
    traces_clear(&room.traces);
    close(output);
}

static void a_call_that_does_not_return_is_in_its_function(void **state)
{
    struct loader_answer answer = load("l", false);
    bool found = false;

    (void)state;
    assert_int_equal(answer.outcome, OUTCOME_CRASHED);
    for (size_t i = 0; i < answer.n_frames; i++) {
        found |= strcmp(answer.frames[i].symbol, "standin_last_call") == 0;
    }
    assert_true(found);
}

static void sections_that_began_are_listed(void **state)
{
    (void)state;
    assert_string_equal(load("u", false).loaded, "");
    assert_string_equal(load("1243r", true).loaded, "first\nsecond/with/parts #3\n");
    assert_string_equal(load("11+e", false).loaded, "first\nfirst\n");
}

/* However a load ends, and not those of the load before. */
static void markers_that_were_reached_are_listed(void **state)
{
    (void)state;
    for (int fast = 0; fast < 2; fast++) {
        assert_string_equal(load("u", fast).markers, "");
        assert_string_equal(load("9r", fast).markers, "three");
        assert_string_equal(load("97u", fast).markers, "one,three");
        assert_string_equal(load("7a", fast).markers, "one");
        assert_string_equal(load("u", fast).markers, "");
    }
}

static void a_loader_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(loader_name(loader), IS_LATER ? "QEMU 11.1.99" : "QEMU 7.2.99");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left_of_a_longer_stream),
        cmocka_unit_test(each_end_has_its_answer),
        cmocka_unit_test(an_answer_says_nothing_of_the_load_before),
        cmocka_unit_test(a_load_that_waits_is_slow_and_no_hang),
        cmocka_unit_test(who_asks_too_often_is_hung),
        cmocka_unit_test(the_next_load_reads_again),
        cmocka_unit_test(what_only_sleeps_is_not_judged),
        cmocka_unit_test(who_goes_on_is_told_why),
        cmocka_unit_test(fast_loads_share_a_process),
        cmocka_unit_test(a_closed_descriptor_is_open_again),
        cmocka_unit_test(what_kills_from_outside_is_no_crash),
        cmocka_unit_test(a_killed_load_is_done_again),
        cmocka_unit_test(guest_memory_is_as_the_records_say),
        cmocka_unit_test(every_clock_stands_still),
        cmocka_unit_test(a_crash_is_where_it_happened),
        cmocka_unit_test(what_is_left_is_not_trusted),
        cmocka_unit_test(a_call_that_does_not_return_is_in_its_function),
        cmocka_unit_test(sections_that_began_are_listed),
        cmocka_unit_test(markers_that_were_reached_are_listed),
        cmocka_unit_test(a_loader_has_a_name),
    };

    return cmocka_run_group_tests(tests, open_loader, close_loader);
}

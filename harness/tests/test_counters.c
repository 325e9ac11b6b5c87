/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a QEMU counts of its own code reaches its supervisor, whatever becomes of the load. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/print.h"
#include "harness/loader/covered.h"
#include "harness/loader/open.h"
#include "harness/loader/qemu/elf.h"
#include "harness/report/lines.h"
#include "standin_counters.h"

/* The first exports all but its counters, the others nothing. */
static const char *const programs[] = { "standin_loader", "standin_own", "standin_own_fixed" };

/* Long enough for a busy machine to come as far as the letter that hangs. */
enum { HANG_MS = 1500 };

static struct loader *open_program(const char *name, struct loader_counters *counters)
{
    struct loader_options options = { .counters = counters };

    return support_open_beside(name, &options);
}

/* In a process of its own, and fast, after another load. */
static struct loader_answer load(struct loader *loader, const char *letters, bool fast)
{
    struct loader_input input = { .bytes = (const uint8_t *)letters, .size = strlen(letters), .cut = true,
                                  .timeout_ms = strchr(letters, 'h') ? HANG_MS : 0, .fast = fast };
    struct loader_answer answer;

    assert_int_equal(loader_load(loader, &input, &answer, NULL), 0);
    return answer;
}

static void check_counts(const struct loader_counters *counters, const char *letters)
{
    const uint8_t *counts = counters->bytes + counters->first;
    size_t n = 0;

    for (int letter = 'A'; letter <= 'z'; letter++) {
        size_t expected = 0;

        for (const char *c = letters; *c; c++) {
            expected += *c == letter;
        }
        if (counts[STANDIN_COUNTER(letter)] != expected) {
            fail_msg("\"%s\": '%c' counts %d", letters, letter, counts[STANDIN_COUNTER(letter)]);
        }
        n += expected;
    }
    /* In the pages at both ends, which are not shared. */
    assert_int_equal(counts[0], n);
    assert_int_equal(counts[STANDIN_COUNTERS - 1], n);
}

static const struct {
    const char *letters;
    enum outcome outcome;
} loads[] = {
    { "uuv", OUTCOME_ACCEPTED }, { "ur", OUTCOME_REJECTED }, { "us", OUTCOME_CRASHED },   { "ua", OUTCOME_CRASHED },
    { "ue", OUTCOME_CRASHED },   { "uh", OUTCOME_HUNG },     { "uvv", OUTCOME_ACCEPTED },
};

static void counts_what_each_load_comes_by(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * HS_COUNT(programs); i++) {
        struct loader_counters counters;
        struct loader *loader;

        assert_int_equal(loader_counters_open(&counters, NULL, 3 * 4096, NULL), 0);
        loader = open_program(programs[i / 2], &counters);
        assert_int_equal(counters.n, STANDIN_COUNTERS);
        for (size_t k = 0; k < HS_COUNT(loads); k++) {
            memset(counters.bytes, 0, counters.size);
            assert_int_equal(load(loader, loads[k].letters, i % 2).outcome, loads[k].outcome);
            check_counts(&counters, loads[k].letters);
        }
        loader_close(loader);
        loader_counters_close(&counters);
    }
}

static void shares_them_among_loaders(void **state)
{
    struct loader_counters counters;
    struct loader *first, *second;

    (void)state;
    assert_int_equal(loader_counters_open(&counters, NULL, 1 << 20, NULL), 0);
    first = open_program(programs[0], &counters);
    second = open_program(programs[0], &counters);
    memset(counters.bytes, 0, counters.size);
    load(first, "u", false);
    assert_int_equal(counters.bytes[counters.first + STANDIN_COUNTER('u')], 1);
    load(second, "v", false);
    assert_int_equal(counters.bytes[counters.first + STANDIN_COUNTER('u')], 1);
    assert_int_equal(counters.bytes[counters.first + STANDIN_COUNTER('v')], 1);
    loader_close(first);
    loader_close(second);
    loader_counters_close(&counters);
}

/* Those behind the room that there is are left out, and nothing else is. */
static void counts_no_more_than_there_is_room_for(void **state)
{
    struct loader_counters counters;
    struct loader *loader;

    (void)state;
    assert_int_equal(loader_counters_open(&counters, NULL, 1, NULL), 0);
    loader = open_program(programs[0], &counters);
    assert_int_equal(counters.size, 4096);
    assert_int_equal(counters.first + counters.n, 4096);
    assert_int_equal(load(loader, "u", false).outcome, OUTCOME_ACCEPTED);
    assert_int_equal(counters.bytes[counters.first], 1);
    loader_close(loader);
    loader_counters_close(&counters);
}

static void says_where_each_leads_to(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(programs); i++) {
        char *path = support_beside(programs[i]), symbol[64], source[64];
        struct loader_counters counters;
        struct loader *loader;
        struct hs_error err;
        uint64_t *places;
        struct elf *elf = elf_open(path, &err);

        assert_int_equal(loader_counters_open(&counters, NULL, 1 << 20, NULL), 0);
        assert_null(loader_counters_places(&counters, &err));
        assert_non_null(strstr(err.text, "does not count"));
        loader = open_program(programs[i], &counters);
        places = loader_counters_places(&counters, &err);
        assert_non_null(places);
        for (size_t k = 0; k < counters.n; k += counters.n - 1) {
            elf_describe(elf, places[k], symbol, sizeof(symbol), source, sizeof(source));
            assert_string_equal(symbol, "obey");
        }
        free(places);
        loader_close(loader);
        loader_counters_close(&counters);
        elf_close(elf);
        free(path);
    }
}

/* All edges of the stand-in lead to one function. */
static void tells_lines_by_their_edges(void **state)
{
    struct loader_counters counters;
    struct covered_part part;
    struct covered covered;
    struct loader *loader;
    struct hs_error err;
    uint8_t *reached;

    (void)state;
    assert_int_equal(loader_counters_open(&counters, NULL, 1 << 20, NULL), 0);
    loader = open_program("standin_own", &counters);
    reached = calloc(1, counters.n);
    reached[0] = reached[7] = 1;
    assert_int_equal(covered_read(counters.program, &counters, reached, &covered, &err), 0);
    assert_int_equal(covered.n, 1);
    part = covered_part(&covered, 0, true);
    assert_string_equal(part.lines->function, "obey");
    assert_string_equal(part.lines->file, "standin_loader.c");
    assert_int_equal(part.edges, STANDIN_COUNTERS);
    assert_int_equal(part.reached, 2);
    covered_clear(&covered);
    assert_int_equal(covered_read("/dev/null", &counters, reached, &covered, &err), -1);
    covered_clear(&covered);
    free(reached);
    loader_close(loader);
    loader_counters_close(&counters);
}

static struct covered_line lines[] = {
    { (char *)"hw/a.c", (char *)"a_post_load", 10, 2, 0 }, { (char *)"hw/a.c", (char *)"a_post_load", 12, 1, 0 },
    { (char *)"hw/a.c", (char *)"a_run", 20, 3, 1 },       { (char *)"hw/a.c", (char *)"a_run", 22, 1, 0 },
    { (char *)"hw/b.c", (char *)"b_post_load", 5, 4, 0 },
};

static void assert_printed(enum lines_detail detail, const char *expected)
{
    struct lines all = { .program = "q", .n_cases = 3, .covered = { lines, HS_COUNT(lines) } };
    struct print_memory memory;
    char *text;

    lines_text(print_open(&memory), &all, detail);
    text = print_close(&memory);
    assert_string_equal(text, expected);
    free(text);
}

static void prints_files_functions_and_checks(void **state)
{
    static const char title[] = "q, 3 cases\n";
    static const char sum[] = "  9 %      1 of     5 lines       1 of     11 edges  all, with the files that no load "
                              "came by\n";
    static const char file[] = " 14 %      1 of     4 lines       1 of      7 edges  hw/a.c\n";
    char *expected;

    (void)state;
    expected = hs_format("%s%s%s", title, file, sum);
    assert_printed(LINES_FILES, expected);
    free(expected);
    expected = hs_format("%s%s  0 %%      0 of     2 lines       0 of      3 edges    a_post_load\n"
                         " 25 %%      1 of     2 lines       1 of      4 edges    a_run\n%s", title, file, sum);
    assert_printed(LINES_FUNCTIONS, expected);
    free(expected);
    /* Of a file that no load came by, nothing is expected. */
    expected = hs_format("%s  hw/a.c:10  a_post_load\n%s", title, sum);
    assert_printed(LINES_CHECKS, expected);
    free(expected);
}

static void collect(void *user, size_t at, uint8_t count)
{
    char *told = user;

    snprintf(told + strlen(told), 64, "%zu:%u ", at, count);
}

/* Whatever the word of eight that they lie in, and none beyond the last. */
static void tells_of_each_that_was_come_by(void **state)
{
    struct loader_counters counters;
    char told[256] = "";
    uint8_t *bytes;

    (void)state;
    assert_int_equal(loader_counters_open(&counters, NULL, 1, NULL), 0);
    counters.first = 3;
    counters.n = 18;
    bytes = counters.bytes;
    bytes[2] = bytes[21] = 9;
    bytes[3] = 1;
    bytes[10] = 2;
    bytes[11] = 255;
    bytes[20] = 4;
    loader_counters_each(&counters, collect, told);
    assert_string_equal(told, "3:1 10:2 11:255 20:4 ");
    loader_counters_close(&counters);
    assert_null(counters.bytes);
}

static void stays_where_it_was_put(void **state)
{
    static _Alignas(4096) uint8_t place[4096];
    struct loader_counters counters;

    (void)state;
    assert_int_equal(loader_counters_open(&counters, place, sizeof(place), NULL), 0);
    assert_ptr_equal(counters.bytes, place);
    loader_counters_close(&counters);
    place[0] = 1;
    assert_int_equal(counters.bytes[0], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_each_load_comes_by),
        cmocka_unit_test(shares_them_among_loaders),
        cmocka_unit_test(counts_no_more_than_there_is_room_for),
        cmocka_unit_test(says_where_each_leads_to),
        cmocka_unit_test(tells_of_each_that_was_come_by),
        cmocka_unit_test(stays_where_it_was_put),
        cmocka_unit_test(tells_lines_by_their_edges),
        cmocka_unit_test(prints_files_functions_and_checks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

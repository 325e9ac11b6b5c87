/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The heat map of a terminal: its exact text, how large sections are folded, and colour where it is wanted. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audits.h"
#include "sample_audit.h"
#include "harness/base/check.h"
#include "harness/report/grid.h"
#include "harness/report/heatmap.h"

/* Clears the audit. */
static char *text_of_audit(struct audit *audit, const struct heatmap_options *options)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_int_equal(heatmap_text(out, audit, options), 0);
    fclose(out);
    audit_clear(audit);
    return text;
}

static char *text_of(const char *name, const struct heatmap_options *options)
{
    struct audit audit = { 0 };

    assert_true(audits_named(&audit, name));
    return text_of_audit(&audit, options);
}

static const char tiny_text[] =
    "71.4 % of 21 damages that change the length are hard-stopped: 2 equal, 1 garbage, 1 hung, 1 crashed, 1 unknown\n"
    "\n"
    "edit        rejected      equal    garbage       hung    crashed    unknown  hard-stopped\n"
    "truncate          12          0          0          0          0          0         100 %\n"
    "insert             3          2          1          1          1          1        33.3 %\n"
    "flip               0          0          1          0          0          0           0 %\n"
    "\n"
    "       0 ...==GCH?...                                                     type +2\n"
    "         . rejected   = equal   G garbage   H hung   C crashed   ? unknown   blank: not tested\n"
    "         one letter a byte; the worst of all damages that change the length\n"
    "\n"
    "   rejected      equal    garbage       hung    crashed    unknown  field (all edits, worst first)\n"
    "         10          2          1          1          1          1  queue[].num\n"
    "          3          0          1          0          0          0  rest\n";

static void numbers_are_grouped_by_thousands(void **state)
{
    static const struct {
        uint64_t value;
        const char *text;
    } numbers[] = {
        { 0, "0" }, { 999, "999" }, { 1000, "1,000" }, { 84845, "84,845" }, { 1234567, "1,234,567" },
        { UINT64_MAX, "18,446,744,073,709,551,615" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(numbers); i++) {
        char text[GRID_NUMBER_SIZE];

        assert_string_equal(grid_number(numbers[i].value, text), numbers[i].text);
    }
}

static void a_small_audit_reads_as_it_should(void **state)
{
    char *text = text_of("tiny", &(struct heatmap_options){ .columns = 110 });

    (void)state;
    assert_string_equal(text, tiny_text);
    free(text);
}

/* A name goes behind the letters, cut to fit, however narrow the page is. */
static void a_narrow_page_cuts_names(void **state)
{
    (void)state;
    for (unsigned columns = 1; columns < 40; columns++) {
        struct audit audit = { 0 };
        char *text;

        sample_head(&audit, 4);
        audit_add_field(&audit, "a.name.of.thirty.characters.ab", 0, 4);
        sample_add(&audit, EDIT_TRUNCATE, "", 0, 4, VERDICT_REJECTED, "");
        text = text_of_audit(&audit, &(struct heatmap_options){ .columns = columns });
        assert_non_null(strstr(text, " a.name.of..."));
        free(text);
    }
}

static void a_view_shows_its_edit_alone(void **state)
{
    static const struct {
        const char *view, *row;
    } views[] = {
        { "truncate", "0 ............ " },
        { "insert", "0 ...==GCH?    " },
        { "flip", "0           G  " },
        { "all", "0 ...==GCH?.G. " },
    };
    struct audit audit = { 0 };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(views); i++) {
        char *text = text_of("tiny", &(struct heatmap_options){ .columns = 110, .view = views[i].view });

        if (!strstr(text, views[i].row)) {
            fail_msg("%s: %s", views[i].view, text);
        }
        free(text);
    }
    audits_tiny(&audit);
    assert_int_equal(heatmap_text(stderr, &audit, &(struct heatmap_options){ .columns = 80, .view = "delete" }), -1);
    audit_clear(&audit);
}

/* Lines of the text, and the longest. */
static size_t lines_of(const char *text, size_t *longest)
{
    size_t lines = 0;

    for (*longest = 0; *text; lines++) {
        size_t length = strcspn(text, "\n");

        *longest = length > *longest ? length : *longest;
        text += length + (text[length] == '\n');
    }
    return lines;
}

static void a_large_section_is_folded(void **state)
{
    static const unsigned widths[] = { 60, 80, 110, 200 };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(widths); i++) {
        char *text = text_of("large", &(struct heatmap_options){ .columns = widths[i] });
        const char *map = strstr(text, "\n       0 ");
        size_t longest, lines;

        assert_non_null(map);
        *strstr(map, ". rejected") = '\0';
        lines = lines_of(map + 1, &longest);
        if (lines > 80 || longest > widths[i] || !strchr(map, 'G')) {
            fail_msg("%u columns: %zu lines, %zu wide", widths[i], lines, longest);
        }
        free(text);
    }
}

/* Two bytes a letter: 77 rows of 64 bytes are one too many. */
static void a_letter_is_the_worst_of_its_bytes(void **state)
{
    enum { BYTES = 64 * 76 + 1 };
    static const struct {
        uint32_t offset;
        enum verdict verdict;
    } cells[] = {
        { 1, VERDICT_GARBAGE }, { 2, VERDICT_CRASHED }, { 4, VERDICT_HUNG }, { 5, VERDICT_GARBAGE },
        { 6, VERDICT_GARBAGE }, { 7, VERDICT_HUNG }, { 9, VERDICT_UNKNOWN }, { 10, VERDICT_UNKNOWN },
        { 11, VERDICT_EQUAL }, { BYTES - 1, VERDICT_CRASHED },
    };
    struct audit audit = { 0 };
    char *text;

    (void)state;
    sample_head(&audit, BYTES);
    audit_add_field(&audit, "first", 0, 128);
    audit_add_field(&audit, "second", 128, 1);
    audit_add_field(&audit, "third", 129, BYTES - 129);
    sample_add(&audit, EDIT_TRUNCATE, "", 0, BYTES, VERDICT_REJECTED, "");
    for (size_t i = 0; i < HS_COUNT(cells); i++) {
        sample_add(&audit, EDIT_INSERT, "00", cells[i].offset, 1, cells[i].verdict, "");
    }
    text = text_of_audit(&audit, &(struct heatmap_options){ .columns = 110 });
    assert_non_null(strstr(text, "\n       0 GCHH?=.......................................................... first\n"
                                 "     128 ................................................................ second +1"
                                 "\n"));
    assert_non_null(strstr(text, "\n    4864 C                                                               \n"));
    assert_non_null(strstr(text, "one letter for 2 bytes; "));
    free(text);
}

static void fields_that_are_left_out_are_counted(void **state)
{
    enum { SHOWN = 12 };

    (void)state;
    for (uint32_t more = 0; more < 3; more++) {
        static const char *const words[] = { "", "and 1 more field\n", "and 2 more fields\n" };
        struct audit audit = { 0 };
        char *text;

        sample_head(&audit, SHOWN + more + 1);
        for (uint32_t i = 0; i < SHOWN + more; i++) {
            char name[] = { (char)('a' + i), 0 };

            audit_add_field(&audit, name, i, 1);
            sample_add(&audit, EDIT_INSERT, "00", i, 1, VERDICT_EQUAL, "");
        }
        audit_add_field(&audit, "sound", SHOWN + more, 1);
        sample_add(&audit, EDIT_INSERT, "00", SHOWN + more, 1, VERDICT_REJECTED, "");
        text = text_of_audit(&audit, &(struct heatmap_options){ .columns = 110 });
        assert_non_null(strstr(text, words[more]));
        assert_int_equal(strstr(text, " more field") != NULL, more > 0);
        assert_non_null(strstr(text, "  l\n"));
        assert_null(strstr(text, "  m\n"));
        assert_null(strstr(text, "  sound\n"));
        free(text);
    }
}

static void foreign_text_does_not_act(void **state)
{
    char *text;

    (void)state;
    text = text_of("hostile", &(struct heatmap_options){ .columns = 110 });
    assert_null(strchr(text, '\033'));
    free(text);
}

static void print_tiny(FILE *out)
{
    struct audit audit = { 0 };

    audits_tiny(&audit);
    assert_int_equal(heatmap_text(out, &audit, &(struct heatmap_options){ .columns = 110 }), 0);
    audit_clear(&audit);
}

static void colour_is_for_terminals_that_want_it(void **state)
{
    static const struct {
        const char *term, *no_colour;
        bool colour;
    } wishes[] = { { "xterm", "", true }, { "xterm", "1", false }, { "dumb", "", false }, { "", "", false } };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(wishes); i++) {
        char *text = support_on_terminal(wishes[i].term, wishes[i].no_colour, print_tiny);

        assert_int_equal(strstr(text, "\033[") != NULL, wishes[i].colour);
        if (wishes[i].colour) {
            /* Of the verdicts that are told apart by colour, too. */
            assert_non_null(strstr(text, "\033[32m...\033[0m\033[33m==\033[0m\033[1;31mG\033[0m\033[1;37;41mC\033[0m"
                                         "\033[1;35mH\033[0m\033[2m?\033[0m\033[32m..."));
        }
        free(text);
    }
}

static void shares_never_claim_too_much(void **state)
{
    static const struct {
        uint64_t part, whole;
        const char *text;
    } shares[] = {
        { 0, 0, "0" },        { 0, 7, "0" },           { 7, 7, "100" },           { 1, 3, "33.3" },
        { 2, 3, "66.6" },     { 999, 1000, "99.900" }, { 99999, 100000, "99.999" }, { 9999999, 10000000, "99.999" },
        { UINT64_MAX - 1, UINT64_MAX, "99.999" }, /* as a double it is all */
        { 993, 1000, "99.3" }, { 1, 100000, "0.0" },
    };
    char text[16];

    (void)state;
    for (size_t i = 0; i < HS_COUNT(shares); i++) {
        grid_percent(shares[i].part, shares[i].whole, text, sizeof(text));
        assert_string_equal(text, shares[i].text);
    }
}

/* One more than the bytes where something was done behind the last, and only there. */
static void places_are_the_bytes_and_what_is_behind(void **state)
{
    static const struct {
        uint32_t offset, count, places;
    } runs[] = { { 0, 3, 3 }, { 2, 1, 3 }, { 3, 1, 4 }, { 0, 4, 4 }, { 2, 2, 4 }, { UINT32_MAX - 1, 1, 4 } };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(runs); i++) {
        struct audit audit = { 0 };
        struct grid grid;

        sample_head(&audit, 3);
        sample_add(&audit, EDIT_INSERT, "00", runs[i].offset, runs[i].count, VERDICT_EQUAL, "");
        grid_init(&grid, &audit);
        assert_int_equal(grid.places, runs[i].places);
        assert_int_equal(grid.worst[EDIT_INSERT][runs[i].places - 1] == VERDICT_EQUAL, runs[i].offset <= 3);
        grid_clear(&grid);
        audit_clear(&audit);
    }
}

/* A field where nothing but the harness failed is not one that let damages pass. */
static void what_is_unknown_has_not_passed(void **state)
{
    static const struct {
        enum verdict verdict;
        unsigned passed;
    } rows[] = { { VERDICT_REJECTED, 0 }, { VERDICT_UNKNOWN, 0 }, { VERDICT_EQUAL, 2 }, { VERDICT_HUNG, 2 } };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        struct audit audit = { 0 };
        struct grid_groups groups;

        sample_head(&audit, 3);
        audit_add_field(&audit, "only", 0, 3);
        sample_add(&audit, EDIT_INSERT, "00", 0, 2, rows[i].verdict, "");
        sample_add(&audit, EDIT_FLIP, "01", 0, 1, rows[i].verdict, "");
        grid_groups_init(&groups, &audit);
        assert_int_equal(groups.groups[0].passed, rows[i].passed);
        assert_int_equal(groups.groups[0].passed_all, rows[i].passed + (rows[i].passed > 0));
        assert_int_equal(groups.groups[0].worst, rows[i].verdict);
        grid_groups_clear(&groups);
        audit_clear(&audit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_grouped_by_thousands),
        cmocka_unit_test(a_small_audit_reads_as_it_should),
        cmocka_unit_test(a_narrow_page_cuts_names),
        cmocka_unit_test(a_view_shows_its_edit_alone),
        cmocka_unit_test(a_large_section_is_folded),
        cmocka_unit_test(a_letter_is_the_worst_of_its_bytes),
        cmocka_unit_test(fields_that_are_left_out_are_counted),
        cmocka_unit_test(foreign_text_does_not_act),
        cmocka_unit_test(colour_is_for_terminals_that_want_it),
        cmocka_unit_test(shares_never_claim_too_much),
        cmocka_unit_test(places_are_the_bytes_and_what_is_behind),
        cmocka_unit_test(what_is_unknown_has_not_passed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

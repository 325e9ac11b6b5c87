/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An audit keeps each text once, merges runs, counts cells and finds fields and runs by offset. */
#include "support.h"

#include "harness/base/check.h"
#include "harness/audit/audit.h"
#include "sample_audit.h"

static void names_go_both_ways(void **state)
{
    (void)state;
    for (unsigned i = 0; i < edit_count; i++) {
        assert_int_equal(edit_of_name(edit_name((enum edit)i)), i);
    }
    for (enum edit edit = EDIT_TRUNCATE; edit <= EDIT_SECTION; edit++) {
        assert_int_equal(edit_changes_length(edit), edit < EDIT_FLIP);
    }
    assert_int_equal(edit_of_name("truncat"), EDIT_MAX);
    assert_int_equal(edit_of_name(""), EDIT_MAX);
}

static void values_belong_to_edits(void **state)
{
    static const char *const values[] = { "", "3", "41", "00ff", "drop", "0", "9", "4g", "FF", "41 ", "12" };
    static const char *const fit[] = {
        [EDIT_TRUNCATE] = "y----------", [EDIT_INSERT] = "--yy------y", [EDIT_DELETE] = "-y---------",
        [EDIT_FLIP] = "--y-------y",     [EDIT_RANGE] = "--yy------y",  [EDIT_SECTION] = "----y------",
    };

    (void)state;
    for (unsigned edit = 0; edit < HS_COUNT(fit); edit++) {
        for (size_t i = 0; i < HS_COUNT(values); i++) {
            assert_int_equal(edit_has_value((enum edit)edit, values[i]), fit[edit][i] == 'y');
        }
    }
}

static void texts_are_kept_once_and_printable(void **state)
{
    static const char *const texts[][2] = {
        { "plain", "plain" },       { "", "" },           { "a\nb\x1b", "a?b?" }, { "Gr\xc3\xb6\xc3\x9f" "e",
          "Gr\xc3\xb6\xc3\x9f" "e" }, { "\xff\xfe!", "?" "?!" }, { "\xc3", "?" },        { "\xc3\xb6\n", "\xc3\xb6?" },
    };
    struct audit audit = { 0 };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(texts); i++) {
        const char *kept = audit_keep(&audit, texts[i][0]);

        assert_string_equal(kept, texts[i][1]);
        assert_ptr_not_equal(kept, texts[i][0]);
        assert_ptr_equal(audit_keep(&audit, texts[i][0]), kept);
        assert_ptr_equal(audit_keep(&audit, texts[i][1]), kept);
    }
    audit_clear(&audit);
    assert_null(audit.texts);
}

static void runs_that_continue_are_merged(void **state)
{
    struct audit audit = { 0 };

    (void)state;
    sample_add(&audit, EDIT_INSERT, "00", 0, 1, VERDICT_REJECTED, "a\x01");
    sample_add(&audit, EDIT_INSERT, "00", 1, 2, VERDICT_REJECTED, "a\x02");
    assert_int_equal(audit.n_runs, 1);
    assert_int_equal(audit.runs[0].count, 3);
    sample_add(&audit, EDIT_INSERT, "00", 4, 1, VERDICT_REJECTED, "a?"); /* a gap */
    sample_add(&audit, EDIT_INSERT, "00", 5, 1, VERDICT_REJECTED, "b");
    sample_add(&audit, EDIT_INSERT, "00", 6, 1, VERDICT_EQUAL, "b");
    sample_add(&audit, EDIT_INSERT, "01", 7, 1, VERDICT_EQUAL, "b");
    sample_add(&audit, EDIT_DELETE, "1", 8, 1, VERDICT_EQUAL, "b");
    sample_add(&audit, EDIT_RANGE, "00", 8, 1, VERDICT_EQUAL, "b");
    sample_add(&audit, EDIT_RANGE, "00", 9, 1, VERDICT_EQUAL, "b"); /* another field's */
    assert_int_equal(audit.n_runs, 8);
    assert_int_equal(audit.counts[EDIT_INSERT][VERDICT_REJECTED], 5);
    assert_int_equal(audit.counts[EDIT_INSERT][VERDICT_EQUAL], 2);
    assert_int_equal(audit_cells(&audit, EDIT_INSERT), 7);
    assert_int_equal(audit_cells(&audit, EDIT_FLIP), 0);
    audit_clear(&audit);
}

static void what_overlaps_or_goes_back_is_noticed(void **state)
{
    static const struct audit_run bad[] = {
        { EDIT_INSERT, "41", 12, 1, VERDICT_EQUAL, "" },           { EDIT_INSERT, "41", 10, 1, VERDICT_EQUAL, "" },
        { EDIT_INSERT, "41", 3, 1, VERDICT_EQUAL, "" },            { EDIT_INSERT, "40", 13, 1, VERDICT_EQUAL, "" },
        { EDIT_TRUNCATE, "", 13, 1, VERDICT_EQUAL, "" },           { EDIT_INSERT, "41", 13, 0, VERDICT_EQUAL, "" },
        { EDIT_INSERT, "41", 13, UINT32_MAX, VERDICT_EQUAL, "" },
    };
    struct audit audit = { 0 };

    (void)state;
    sample_add(&audit, EDIT_INSERT, "41", 10, 3, VERDICT_REJECTED, "");
    for (size_t i = 0; i < HS_COUNT(bad); i++) {
        assert_false(audit_can_add(&audit, &bad[i]));
    }
    assert_true(audit_can_add(&audit, &(struct audit_run){ EDIT_INSERT, "41", 13, 1, VERDICT_EQUAL, "" }));
    assert_true(audit_can_add(&audit, &(struct audit_run){ EDIT_INSERT, "42", 0, 1, VERDICT_EQUAL, "" }));
    audit_clear(&audit);
}

static void fields_are_found_by_offset(void **state)
{
    struct audit audit = { 0 };

    (void)state;
    assert_null(audit_field_at(&audit, 0));
    sample_audit(&audit);
    for (uint32_t offset = 0; offset < 20; offset++) {
        const char *path = offset < 4 ? "header" : offset < 5 ? "virtio.status" : offset < 15 ? "virtio.queue[0]"
                                                                                              : "footer";

        assert_string_equal(audit_field_at(&audit, offset)->path, path);
    }
    assert_null(audit_field_at(&audit, 20));
    assert_null(audit_field_at(&audit, UINT32_MAX));
    audit_clear(&audit);
}

static void runs_are_found_by_cell(void **state)
{
    struct audit audit = { 0 };
    size_t cells = 0;

    (void)state;
    sample_audit(&audit);
    for (size_t i = 0; i < audit.n_runs; i++) {
        const struct audit_run *run = &audit.runs[i];

        for (uint32_t cell = 0; cell < run->count; cell++, cells++) {
            assert_ptr_equal(audit_run_at(&audit, run->edit, run->value, run->offset + cell), run);
        }
    }
    assert_int_equal(cells, 21 * 3 + 20 + 2);
    assert_null(audit_run_at(&audit, EDIT_TRUNCATE, "", 21));
    assert_null(audit_run_at(&audit, EDIT_INSERT, "01", 0));
    assert_null(audit_run_at(&audit, EDIT_RANGE, "ffff", 3));
    assert_null(audit_run_at(&audit, EDIT_SECTION, "swap", 0));
    audit_clear(&audit);
}

static void hard_stops_are_of_edits_that_change_the_length(void **state)
{
    struct audit audit = { 0 };
    uint64_t stopped, cells;

    (void)state;
    sample_audit(&audit);
    audit_hard_stops(&audit, &stopped, &cells);
    assert_int_equal(stopped, 19 + 16 + 21);
    assert_int_equal(cells, 3 * 21);
    audit_clear(&audit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_go_both_ways),
        cmocka_unit_test(values_belong_to_edits),
        cmocka_unit_test(texts_are_kept_once_and_printable),
        cmocka_unit_test(runs_that_continue_are_merged),
        cmocka_unit_test(what_overlaps_or_goes_back_is_noticed),
        cmocka_unit_test(fields_are_found_by_offset),
        cmocka_unit_test(runs_are_found_by_cell),
        cmocka_unit_test(hard_stops_are_of_edits_that_change_the_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

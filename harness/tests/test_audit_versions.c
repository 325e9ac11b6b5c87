/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Audits of two QEMUs: which cells differ, in which fields, and which of both is worse. */
#include "support.h"

#include <string.h>

#include "harness/audit/audit_versions.h"
#include "harness/base/check.h"
#include "sample_audit.h"

enum { BYTES = 20 };

/* Cells of one edit from the first byte on, by verdict. */
static void make(struct audit *audit, const char *loader, const enum verdict *verdicts, size_t n)
{
    sample_head(audit, BYTES);
    audit->loader = audit_keep(audit, loader);
    audit_add_field(audit, "header", 0, 2);
    audit_add_field(audit, "virtio.queue[0].num", 2, 1);
    audit_add_field(audit, "virtio.queue[1].num", 3, BYTES - 3);
    for (size_t i = 0; i < n; i++) {
        sample_add(audit, EDIT_TRUNCATE, "", (uint32_t)i, 1, verdicts[i], "message");
    }
}

static void differences_are_counted_by_field(void **state)
{
    static const enum verdict old[] = { VERDICT_REJECTED, VERDICT_CRASHED, VERDICT_REJECTED, VERDICT_REJECTED,
                                        VERDICT_UNKNOWN };
    static const enum verdict new[] = { VERDICT_REJECTED, VERDICT_REJECTED, VERDICT_GARBAGE, VERDICT_CRASHED,
                                        VERDICT_CRASHED };

    (void)state;
    for (int swap = 0; swap < 2; swap++) {
        struct audit older = { 0 }, newer = { 0 };
        struct audit_versions versions;

        make(&older, "QEMU 7.2.22", old, 5);
        make(&newer, "QEMU 10.0.2", new, 5);
        assert_int_equal(audit_versions_compare(swap ? &newer : &older, swap ? &older : &newer, &versions, NULL), 0);
        assert_ptr_equal(versions.older, &older);
        assert_int_equal(versions.worse, 2);
        assert_int_equal(versions.fixed, 1);
        assert_int_equal(versions.cells, 4);
        assert_int_equal(versions.n, 2);
        assert_string_equal(versions.fields[0].path, "header");
        assert_int_equal(versions.fields[0].worse, 0);
        assert_int_equal(versions.fields[0].fixed, 1);
        assert_string_equal(versions.fields[1].path, "virtio.queue[].num");
        assert_int_equal(versions.fields[1].worse, 2);
        assert_int_equal(versions.fields[1].fixed, 0);
        audit_versions_clear(&versions);
        audit_clear(&older);
        audit_clear(&newer);
    }
}

/* The same verdict, and another field, or another value in it; how much differs in all does not count. */
static void other_values_are_counted(void **state)
{
    static const struct {
        const char *older, *newer;
        bool is_other;
    } rows[] = {
        { "accepted; d f: 1 -> 2; 1 byte differs in 1 section", "accepted; d f: 1 -> 2; 9 bytes differ in 2 sections",
          false },
        { "accepted; d f: 1 -> 2; 1 byte differs in 1 section", "accepted; d f: 1 -> 3; 1 byte differs in 1 section",
          true },
        { "accepted; d f: 1 -> 2; 1 byte differs in 1 section", "accepted; d g: 1 -> 2; 1 byte differs in 1 section",
          true },
        { "accepted; e never loaded; d f: 1 -> 2; 1 byte differs in 1 section",
          "accepted; e and 3 more never loaded; d f: 1 -> 2; 8 bytes differ in 4 sections", false },
        { "accepted; saves nothing", "accepted; saves nothing", false },
        { "accepted; saves nothing", "accepted; d f: 1 -> 2; 1 byte differs in 1 section", true },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        struct audit older = { 0 }, newer = { 0 };
        struct audit_versions versions;

        make(&older, "QEMU 7.2.22", NULL, 0);
        make(&newer, "QEMU 10.0.2", NULL, 0);
        sample_add(&older, EDIT_TRUNCATE, "", 2, 2, VERDICT_GARBAGE, rows[i].older);
        sample_add(&newer, EDIT_TRUNCATE, "", 2, 2, VERDICT_GARBAGE, rows[i].newer);
        assert_int_equal(audit_versions_compare(&older, &newer, &versions, NULL), 0);
        assert_int_equal(versions.worse + versions.fixed, 0);
        assert_int_equal(versions.cells, 2);
        if (versions.other != (rows[i].is_other ? 2 : 0)) {
            fail_msg("row %zu: %d", i, (int)versions.other);
        }
        assert_int_equal(versions.n, rows[i].is_other ? 1 : 0);
        assert_true(!rows[i].is_other || versions.fields[0].other == 2);
        audit_versions_clear(&versions);
        audit_clear(&older);
        audit_clear(&newer);
    }
}

/* The one that was asked for. */
static void of_one_version_the_first_is_the_newer(void **state)
{
    static const enum verdict verdicts[] = { VERDICT_REJECTED };
    struct audit one = { 0 }, other = { 0 };
    struct audit_versions versions;

    (void)state;
    make(&one, "QEMU 7.2.22", verdicts, 1);
    make(&other, "QEMU 7.2.22", verdicts, 1);
    assert_int_equal(audit_versions_compare(&one, &other, &versions, NULL), 0);
    assert_ptr_equal(versions.newer, &one);
    audit_versions_clear(&versions);
    audit_clear(&one);
    audit_clear(&other);
}

static void equal_audits_have_none(void **state)
{
    static const enum verdict verdicts[] = { VERDICT_REJECTED, VERDICT_CRASHED };
    struct audit one = { 0 }, other = { 0 };
    struct audit_versions versions;

    (void)state;
    make(&one, "QEMU 7.2.22", verdicts, 2);
    make(&other, "QEMU 11.1.3", verdicts, 2);
    assert_int_equal(audit_versions_compare(&one, &other, &versions, NULL), 0);
    assert_int_equal(versions.worse + versions.fixed, 0);
    assert_int_equal(versions.n, 0);
    assert_int_equal(versions.cells, 2);
    audit_versions_clear(&versions);
    audit_clear(&one);
    audit_clear(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_are_counted_by_field),
        cmocka_unit_test(other_values_are_counted),
        cmocka_unit_test(of_one_version_the_first_is_the_newer),
        cmocka_unit_test(equal_audits_have_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

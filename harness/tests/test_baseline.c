/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A baseline notices what got worse, wherever a changed section has moved it, and nothing else. */
#include "support.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/audit/baseline.h"
#include "sample_audit.h"

static void compare(const struct audit *now, const struct audit *earlier, struct baseline *baseline)
{
    struct hs_error err = { .text = "" };

    if (baseline_compare(now, earlier, baseline, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

static void assert_run(const struct baseline_run *run, uint32_t offset, uint32_t count, enum verdict was,
                       enum verdict now)
{
    if (run->offset != offset || run->count != count || run->was != was || run->now != now) {
        fail_msg("%" PRIu32 " at %" PRIu32 ", %d -> %d", run->count, run->offset, run->was, run->now);
    }
}

static void an_unchanged_loader_is_no_worse(void **state)
{
    struct audit now = { 0 }, earlier = { 0 };
    struct baseline baseline = { 0 };

    (void)state;
    sample_audit(&now);
    sample_audit(&earlier);
    compare(&now, &earlier, &baseline);
    assert_int_equal(baseline.same, 84);
    assert_int_equal(baseline.unknown, 1);
    assert_int_equal(baseline.worse + baseline.better + baseline.alone, 0);
    assert_int_equal(baseline.n_runs, 0);
    assert_int_equal(baseline.n_findings, 0);
    baseline_clear(&baseline);
    audit_clear(&now);
    audit_clear(&earlier);
}

/* Verdicts by letters, one a cell: Rejected, Equal, Garbage, Hung, Crashed, Unknown; space: no cell. */
static void add_cells(struct audit *audit, enum edit edit, const char *value, const char *verdicts)
{
    static const char letters[] = "URECGH";
    static const enum verdict order[] = { VERDICT_UNKNOWN, VERDICT_REJECTED, VERDICT_EQUAL,
                                          VERDICT_CRASHED, VERDICT_GARBAGE,  VERDICT_HUNG };

    for (uint32_t offset = 0; verdicts[offset]; offset++) {
        const char *letter = strchr(letters, verdicts[offset]);

        if (letter) {
            sample_add(audit, edit, value, offset, 1, order[letter - letters], "message");
        }
    }
}

struct part {
    const char *path;
    uint32_t size;
};

static void build(struct audit *audit, const struct part *fields, const char *verdicts)
{
    uint32_t offset = 0;

    sample_head(audit, 64);
    for (; fields && fields->path; fields++) {
        audit_add_field(audit, fields->path, offset, fields->size);
        offset += fields->size;
    }
    add_cells(audit, EDIT_INSERT, "00", verdicts);
}

static void each_step_down_is_worse(void **state)
{
    static const char steps[] = "REGHC";
    struct audit now = { 0 }, earlier = { 0 };
    struct baseline baseline = { 0 };
    char was[32] = "", is[32] = "";
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j < 5; j++, n++) {
            was[n] = steps[i];
            is[n] = steps[j];
        }
    }
    build(&earlier, NULL, was);
    build(&now, NULL, is);
    compare(&now, &earlier, &baseline);
    assert_int_equal(baseline.same, 5);
    assert_int_equal(baseline.better, 10);
    assert_int_equal(baseline.worse, 10);
    assert_run(&baseline.runs[0], 1, 1, VERDICT_REJECTED, VERDICT_EQUAL);
    assert_run(&baseline.runs[baseline.n_runs - 1], 19, 1, VERDICT_HUNG, VERDICT_CRASHED);
    baseline_clear(&baseline);
    audit_clear(&now);
    audit_clear(&earlier);
}

static const struct part old_fields[] = {
    { "header", 2 }, { "a", 2 }, { "b", 4 }, { "b", 2 }, { "end", 2 }, { NULL, 0 },
};

/* Earlier cells are those of old_fields; the runs that are worse, in words. */
static const struct {
    struct part fields[8];
    const char *earlier, *now, *worse;
    uint64_t alone;
} sections[] = {
    /* The same. */
    { { { "header", 2 }, { "a", 2 }, { "b", 4 }, { "b", 2 }, { "end", 2 } },
      "RREERRGRRRRRC", "RREERRGRRRRRC", "", 0 },
    /* A field more, that is checked. */
    { { { "header", 2 }, { "new", 1 }, { "a", 2 }, { "b", 4 }, { "b", 2 }, { "end", 2 } },
      "RREERRGRRRRRC", "RRREERRGRRRRRC", "", 1 },
    /* A field more, that is not. */
    { { { "header", 2 }, { "new", 1 }, { "a", 2 }, { "b", 4 }, { "b", 2 }, { "end", 2 } },
      "RREERRGRRRRRC", "RREEERRGRRRRRC", "2+1 none-equal ", 0 },
    /* A field less, and the last one got worse. */
    { { { "header", 2 }, { "b", 4 }, { "b", 2 }, { "end", 2 } },
      "RREERRGRRRRRC", "RRRRGRRRREC", "9+1 rejected-equal ", 0 },
    /* A field got longer. */
    { { { "header", 2 }, { "a", 2 }, { "b", 6 }, { "b", 2 }, { "end", 2 } },
      "RREERRGRRRRRC", "RREERRGRRGRRRRC", "9+1 none-garbage ", 1 },
    /* One more of the same path. */
    { { { "header", 2 }, { "a", 2 }, { "b", 4 }, { "b", 2 }, { "b", 1 }, { "end", 2 } },
      "RREERRGRREEEC", "RREERRGRREGEEC", "10+1 none-garbage ", 0 },
    /* Without fields, plain offsets. */
    { { { NULL, 0 } }, "RREERRGRRRRRC", "RREERRGRRRGGC", "10+2 rejected-garbage ", 0 },
    /* What has no verdict now, or had none. */
    { { { "header", 2 }, { "a", 2 }, { "b", 4 }, { "b", 2 }, { "end", 2 } },
      "UUUUUUURRRRRR", "RRERRRGUURRRR", "2+1 unknown-equal 6+1 unknown-garbage ", 5 },
    /* What was not there. */
    { { { "header", 2 }, { "a", 2 }, { "b", 4 }, { "b", 2 }, { "end", 2 } },
      "R    RR", "RR  RRE", "6+1 rejected-equal ", 2 },
};

static void sections_that_changed_are_compared_field_by_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(sections); i++) {
        struct audit now = { 0 }, earlier = { 0 };
        struct baseline baseline = { 0 };
        char words[256] = "";

        build(&earlier, old_fields, sections[i].earlier);
        build(&now, sections[i].fields, sections[i].now);
        compare(&now, &earlier, &baseline);
        for (size_t run = 0; run < baseline.n_runs; run++) {
            const struct baseline_run *worse = &baseline.runs[run];
            size_t used = strlen(words);

            snprintf(words + used, sizeof(words) - used, "%" PRIu32 "+%" PRIu32 " %s-%s ", worse->offset,
                     worse->count, worse->was == VERDICT_COUNT ? "none" : verdict_name(worse->was),
                     verdict_name(worse->now));
        }
        if (strcmp(words, sections[i].worse) != 0 || baseline.alone != sections[i].alone) {
            fail_msg("%zu: \"%s\", %" PRIu64 " alone", i, words, baseline.alone);
        }
        assert_int_equal(baseline.same + baseline.better + baseline.worse + baseline.alone + baseline.unknown,
                         audit_cells(&now, EDIT_INSERT));
        baseline_clear(&baseline);
        audit_clear(&now);
        audit_clear(&earlier);
    }
}

static void without_partner_what_fails_by_itself_is_worse(void **state)
{
    struct audit now = { 0 }, earlier = { 0 };
    struct baseline baseline = { 0 };

    (void)state;
    build(&earlier, NULL, "R");
    build(&now, NULL, "R");
    add_cells(&now, EDIT_FLIP, "01", "EGC");
    compare(&now, &earlier, &baseline);
    assert_int_equal(baseline.alone, 2);
    assert_int_equal(baseline.worse, 1);
    assert_int_equal(baseline.runs[0].was, VERDICT_COUNT);
    assert_int_equal(baseline.runs[0].now, VERDICT_CRASHED);
    baseline_clear(&baseline);
    audit_clear(&now);
    audit_clear(&earlier);
}

static void new_findings_are_told_by_signature(void **state)
{
    const struct audit_run first = { .edit = EDIT_INSERT, .value = "00", .offset = 5 };
    struct audit now = { 0 }, earlier = { 0 };
    struct baseline baseline = { 0 };

    (void)state;
    sample_audit(&now);
    sample_audit(&earlier);
    sample_add_finding(&now, 9, "damage-is-never-garbage", VERDICT_GARBAGE, &first, 1);
    sample_add_finding(&earlier, 10, "damage-is-never-garbage", VERDICT_GARBAGE, &first, 1);
    compare(&now, &earlier, &baseline);
    assert_int_equal(baseline.n_findings, 1);
    assert_int_equal(baseline.findings[0]->finding.signature, 9);
    baseline_clear(&baseline);
    audit_clear(&now);
    audit_clear(&earlier);
}

/* Sections of the two, the newer one's only edit, and the words of the refusal; NULL: compared. */
static const struct {
    const char *earlier, *now, *value, *words;
} pairs[] = {
    { "fe.0.0001/virtio-net", "fe.0.0007/virtio-net", "00", NULL },
    { "fe.0.0001/virtio-net", "virtio-net", "00", NULL },
    { "", "", "00", NULL },
    { "fe.0.0001/virtio-net", "fe.0.0001/virtio-rng", "00", "of virtio-net, and this one is of virtio-rng" },
    { "", "fe.0.0001/virtio-rng", "00", "of a whole stream, and this one is of virtio-rng" },
    { "virtio-net", "virtio-net", "41", "no cell of this audit" },
};

/* Neighbours that are as bad now and were not before are two places. */
static void what_was_different_stays_apart(void **state)
{
    struct audit now = { 0 }, earlier = { 0 };
    struct baseline baseline = { 0 };

    (void)state;
    build(&earlier, NULL, "RREER");
    build(&now, NULL, "GGGGR");
    compare(&now, &earlier, &baseline);
    assert_int_equal(baseline.n_runs, 2);
    assert_run(&baseline.runs[0], 0, 2, VERDICT_REJECTED, VERDICT_GARBAGE);
    assert_run(&baseline.runs[1], 2, 2, VERDICT_EQUAL, VERDICT_GARBAGE);
    baseline_clear(&baseline);
    audit_clear(&now);
    audit_clear(&earlier);
}

/* A value that only the newer audit tried has no partners, whatever stands behind it in the other. */
static void another_value_is_no_partner(void **state)
{
    struct audit now = { 0 }, earlier = { 0 };
    struct baseline baseline = { 0 };

    (void)state;
    build(&earlier, NULL, "");
    add_cells(&earlier, EDIT_INSERT, "41", "GGG");
    add_cells(&earlier, EDIT_FLIP, "01", "RRR");
    build(&now, NULL, "RGC");
    add_cells(&now, EDIT_INSERT, "41", "GGG");
    compare(&now, &earlier, &baseline);
    assert_int_equal(baseline.alone, 1);
    assert_int_equal(baseline.worse, 2);
    assert_int_equal(baseline.same, 3);
    assert_int_equal(baseline.runs[0].was, VERDICT_COUNT);
    baseline_clear(&baseline);
    audit_clear(&now);
    audit_clear(&earlier);
}

static void what_has_nothing_in_common_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(pairs); i++) {
        struct audit now = { 0 }, earlier = { 0 };
        struct baseline baseline = { 0 };
        struct hs_error err = { .text = "" };
        int result;

        sample_head(&earlier, 8);
        sample_head(&now, 8);
        earlier.section = audit_keep(&earlier, pairs[i].earlier);
        now.section = audit_keep(&now, pairs[i].now);
        add_cells(&earlier, EDIT_INSERT, "00", "RRR");
        add_cells(&now, EDIT_INSERT, pairs[i].value, "RRR");
        result = baseline_compare(&now, &earlier, &baseline, &err);
        if (result != (pairs[i].words ? -1 : 0) || (pairs[i].words && !strstr(err.text, pairs[i].words))) {
            fail_msg("%s, %s: %d, %s", pairs[i].earlier, pairs[i].now, result, err.text);
        }
        baseline_clear(&baseline);
        audit_clear(&now);
        audit_clear(&earlier);
    }
}

static void many_runs_are_compared_once_each(void **state)
{
    enum { CELLS = 100000 };
    struct audit audits[2] = { { 0 } };
    struct baseline baseline = { 0 };

    (void)state;
    for (int which = 0; which < 2; which++) {
        sample_head(&audits[which], CELLS);
        for (uint32_t i = 0; i < CELLS; i++) {
            char text[32];

            snprintf(text, sizeof(text), "field %" PRIu32, which ? i : i * 7 % CELLS);
            audit_add_field(&audits[which], text, i, 1);
            sample_add(&audits[which], EDIT_INSERT, "00", i, 1, i % 2 ? VERDICT_EQUAL : VERDICT_REJECTED, text);
        }
    }
    compare(&audits[0], &audits[1], &baseline);
    /* 7 is odd and CELLS even: an odd offset's field is at an odd one. */
    assert_int_equal(baseline.same, CELLS);
    baseline_clear(&baseline);
    audit_clear(&audits[0]);
    audit_clear(&audits[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unchanged_loader_is_no_worse),
        cmocka_unit_test(each_step_down_is_worse),
        cmocka_unit_test(sections_that_changed_are_compared_field_by_field),
        cmocka_unit_test(without_partner_what_fails_by_itself_is_worse),
        cmocka_unit_test(new_findings_are_told_by_signature),
        cmocka_unit_test(what_was_different_stays_apart),
        cmocka_unit_test(another_value_is_no_partner),
        cmocka_unit_test(what_has_nothing_in_common_is_refused),
        cmocka_unit_test(many_runs_are_compared_once_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An audit fails by the verdicts that were asked for, and by nothing that the baseline had. */
#include "support.h"

#include <string.h>

#include "harness/base/check.h"
#include "harness/audit/gate.h"
#include "sample_audit.h"

#define E (1u << VERDICT_EQUAL)
#define G (1u << VERDICT_GARBAGE)
#define C (1u << VERDICT_CRASHED)
#define H (1u << VERDICT_HUNG)

static const struct {
    const char *text;
    unsigned verdicts;
    const char *words;
} lists[] = {
    { "garbage,crashed,hung,equal", GATE_ALL, NULL },
    { "equal", E, NULL },
    { "hung,hung,crashed", H | C, NULL },
    { "", 0, "not of equal, garbage, crashed and hung: \"\"" },
    { "equal,", 0, "hung: \"\"" },
    { ",equal", 0, "hung: \"\"" },
    { "rejected", 0, "hung: \"rejected\"" },
    { "equal,unknown", 0, "hung: \"unknown\"" },
    { "garbage,Equal", 0, "hung: \"Equal\"" },
    { "equal garbage", 0, "hung: \"equal garbage\"" },
    { "garbagegarbagegarbagegarbage", 0, "hung: \"garbagegarbagegarbagegarbage\"" },
};

static void lists_of_verdicts_are_read_strictly(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(lists); i++) {
        struct hs_error err = { .text = "" };
        unsigned verdicts;
        int result = gate_parse(lists[i].text, &verdicts, &err);

        if (result != (lists[i].words ? -1 : 0) || (!lists[i].words && verdicts != lists[i].verdicts) ||
            (lists[i].words && !strstr(err.text, lists[i].words))) {
            fail_msg("\"%s\": %d, %x, %s", lists[i].text, result, verdicts, err.text);
        }
    }
}

/* Of the sample. */
static const struct {
    unsigned verdicts;
    size_t n;
    uint64_t cells;
    int status;
} decisions[] = {
    { GATE_ALL, 4, 1 + 3 + 2 + 1, 1 },
    { E, 1, 1, 1 }, /* of the truncation; that flip, range and section are accepted is no finding */
    { G, 1, 3, 1 },
    { C, 2, 2 + 1, 1 }, /* of the insertion, and of the flip */
    { H, 0, 0, 2 }, /* nothing, but one cell is unknown */
};

static void cells_and_findings_of_the_verdicts_fail(void **state)
{
    struct audit audit = { 0 };

    (void)state;
    sample_audit(&audit);
    for (size_t i = 0; i < HS_COUNT(decisions); i++) {
        struct gate gate = { 0 };

        gate_judge(&audit, decisions[i].verdicts, NULL, &gate);
        assert_int_equal(gate.n, decisions[i].n);
        assert_int_equal(gate.cells, decisions[i].cells);
        assert_int_equal(gate.unknown, 1);
        assert_int_equal(gate_status(&gate), decisions[i].status);
        gate_clear(&gate);
    }
    audit_clear(&audit);
}

static void failures_come_in_order(void **state)
{
    struct audit audit = { 0 };
    struct gate gate = { 0 };

    (void)state;
    sample_audit(&audit);
    gate_judge(&audit, GATE_ALL, NULL, &gate);
    assert_int_equal(gate.failures[0].edit, EDIT_TRUNCATE);
    assert_int_equal(gate.failures[1].offset, 5);
    assert_int_equal(gate.failures[2].offset, 19);
    assert_int_equal(gate.failures[3].edit, EDIT_FLIP);
    assert_null(gate.failures[3].finding);
    gate_clear(&gate);
    audit_clear(&audit);
}

static int status_of(const struct audit *now, const struct audit *earlier, struct gate *gate)
{
    struct baseline baseline = { 0 };
    struct hs_error err = { .text = "" };

    if (baseline_compare(now, earlier, &baseline, &err) < 0) {
        fail_msg("%s", err.text);
    }
    gate_judge(now, GATE_ALL, &baseline, gate);
    baseline_clear(&baseline);
    return gate_status(gate);
}

static void with_a_baseline_only_what_is_new_fails(void **state)
{
    struct audit now = { 0 }, earlier = { 0 };
    struct gate gate = { 0 };

    (void)state;
    sample_audit(&now);
    sample_audit(&earlier);
    assert_int_equal(status_of(&now, &earlier, &gate), 2); /* the unknown cell */
    assert_int_equal(gate.n, 0);
    gate_clear(&gate);

    /* Of a new finding of an edit that changes the length, the cells tell whether something is worse. */
    sample_add_finding(&now, 9, "loader-survives", VERDICT_CRASHED,
                       &(struct audit_run){ .edit = EDIT_INSERT, .value = "00", .offset = 20 }, 1);
    sample_add_finding(&now, 10, "accepted-resaves-equal", VERDICT_EQUAL,
                       &(struct audit_run){ .edit = EDIT_FLIP, .value = "80", .offset = 5 }, 1);
    assert_int_equal(status_of(&now, &earlier, &gate), 1);
    assert_int_equal(gate.n, 1);
    assert_int_equal(gate.failures[0].edit, EDIT_FLIP);
    gate_clear(&gate);
    audit_clear(&now);
    audit_clear(&earlier);
}

static void fill(struct audit *audit, enum verdict verdict)
{
    sample_head(audit, 8);
    sample_add(audit, EDIT_INSERT, "00", 0, 3, VERDICT_REJECTED, "");
    sample_add(audit, EDIT_INSERT, "00", 3, 2, verdict, "");
    sample_add(audit, EDIT_INSERT, "00", 5, 3, VERDICT_EQUAL, "");
    sample_add(audit, EDIT_FLIP, "01", 0, 1, verdict, "");
}

/* What --fail-on leaves out does not fail, with a baseline either: cells by what they are now, and new findings. */
static void other_verdicts_do_not_fail(void **state)
{
    struct audit now = { 0 }, earlier = { 0 };
    struct baseline baseline = { 0 };
    struct gate gate = { 0 };

    (void)state;
    fill(&earlier, VERDICT_EQUAL);
    fill(&now, VERDICT_GARBAGE);
    sample_add_finding(&now, 9, "accepted-resaves-equal", VERDICT_GARBAGE,
                       &(struct audit_run){ .edit = EDIT_FLIP, .value = "01", .offset = 0 }, 1);
    assert_int_equal(baseline_compare(&now, &earlier, &baseline, NULL), 0);
    gate_judge(&now, E | C | H, &baseline, &gate);
    assert_int_equal(gate.n, 0);
    gate_clear(&gate);
    gate_judge(&now, G, &baseline, &gate);
    assert_int_equal(gate.n, 2);
    gate_clear(&gate);
    gate_judge(&now, E | C | H, NULL, &gate);
    assert_int_equal(gate.n, 1); /* the equal cells */
    gate_clear(&gate);
    baseline_clear(&baseline);
    audit_clear(&now);
    audit_clear(&earlier);
}

static void a_worse_loader_fails(void **state)
{
    struct audit now = { 0 }, earlier = { 0 };
    struct gate gate = { 0 };

    (void)state;
    fill(&earlier, VERDICT_EQUAL);
    fill(&now, VERDICT_GARBAGE);
    /* Of the worse cells themselves: counted once. */
    sample_add_finding(&now, 9, "damage-is-never-garbage", VERDICT_GARBAGE,
                       &(struct audit_run){ .edit = EDIT_INSERT, .value = "00", .offset = 4 }, 1);
    assert_int_equal(status_of(&now, &earlier, &gate), 1);
    assert_int_equal(gate.n, 1);
    assert_int_equal(gate.cells, 2);
    assert_int_equal(gate.failures[0].was, VERDICT_EQUAL);
    gate_clear(&gate);
    /* A flip that crashed and was accepted before is worse without any finding. */
    audit_clear(&now);
    fill(&now, VERDICT_CRASHED);
    assert_int_equal(status_of(&now, &earlier, &gate), 1);
    assert_int_equal(gate.n, 2);
    assert_int_equal(gate.failures[1].edit, EDIT_FLIP);
    gate_clear(&gate);
    /* The other way round it got better. */
    assert_int_equal(status_of(&earlier, &now, &gate), 0);
    gate_clear(&gate);
    audit_clear(&now);
    audit_clear(&earlier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_verdicts_are_read_strictly),
        cmocka_unit_test(cells_and_findings_of_the_verdicts_fail),
        cmocka_unit_test(failures_come_in_order),
        cmocka_unit_test(with_a_baseline_only_what_is_new_fails),
        cmocka_unit_test(other_verdicts_do_not_fail),
        cmocka_unit_test(a_worse_loader_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A loader that lost a check fails beside the audit of what it was, and one that is as it was passes: with loaders of
 * one planted defect each, swept for real, and a baseline that went through its JSON.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/audit/audit_findings.h"
#include "harness/audit/sweep/sweep.h"
#include "harness/audit/audit_json.h"
#include "harness/audit/gate.h"
#include "planted.h"
#include "harness/message/reflect.h"

/* What is opened in a worker. */
struct kind {
    const Hardstop__Case *test;
    enum defect defect;
};

static const struct {
    enum defect defect;
    /* Some cell of this edit was rejected, and is this now. */
    enum edit edit;
    enum verdict verdict;
} defects[] = {
    { IGNORES_SHORT_READS, EDIT_TRUNCATE, VERDICT_GARBAGE },
    { IGNORES_WHAT_FOLLOWS, EDIT_INSERT, VERDICT_EQUAL },
    { SKIPS_CHECKS, EDIT_DELETE, VERDICT_GARBAGE },
    { ACCEPTS_ALL, EDIT_INSERT, VERDICT_EQUAL },
    { CRASHES, EDIT_DELETE, VERDICT_CRASHED },
    { HANGS, EDIT_TRUNCATE, VERDICT_HUNG },
};

static struct loader *open_planted(void *user, struct hs_error *err)
{
    static struct planted planted; /* of the worker alone, which ends with it */
    const struct kind *kind = user;

    (void)err;
    planted_init(&planted, kind->defect, kind->test);
    return &planted.loader;
}

static void audit_edits(const Hardstop__Case *test, enum defect defect, unsigned edits, struct audit *audit)
{
    static const struct edit_value values[] = { { { 0x00 }, 1 }, { { 0x41 }, 1 } };
    const struct sweep_options options = {
        .section = EDIT_WHOLE, .choice.edits = edits,
        .choice.values = values, .choice.n_values = HS_COUNT(values), .choice.lengths = 1, .jobs = 2,
    };
    struct kind kind = { test, defect };
    struct hs_error err;

    memset(audit, 0, sizeof(*audit));
    audit->setup = (Hardstop__Setup *)reflect_clone(&test->setup->base);
    audit->loader = audit_keep(audit, "planted");
    if (sweep(test, &options, open_planted, &kind, NULL, audit, &err) != 0) {
        fail_msg("%s", err.text);
    }
}

static void audit_of(const Hardstop__Case *test, enum defect defect, struct audit *audit)
{
    audit_edits(test, defect, 1u << EDIT_TRUNCATE | 1u << EDIT_INSERT | 1u << EDIT_DELETE, audit);
}

/* The audit as somebody kept it. */
static void keep(const struct audit *audit, struct audit *kept)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct hs_error err;

    audit_json_print(out, audit);
    fclose(out);
    memset(kept, 0, sizeof(*kept));
    if (audit_json_parse(text, size, kept, &err) < 0) {
        fail_msg("%s", err.text);
    }
    free(text);
}

static int judge(const struct audit *now, const struct audit *earlier, struct gate *gate)
{
    struct baseline baseline = { 0 };
    struct hs_error err;

    memset(gate, 0, sizeof(*gate));
    if (baseline_compare(now, earlier, &baseline, &err) < 0) {
        fail_msg("%s", err.text);
    }
    gate_judge(now, GATE_ALL, &baseline, gate);
    baseline_clear(&baseline);
    return gate_status(gate);
}

static bool has_failure(const struct gate *gate, enum edit edit, enum verdict verdict)
{
    for (size_t i = 0; i < gate->n; i++) {
        const struct gate_failure *failure = &gate->failures[i];

        if (failure->edit == edit && failure->verdict == verdict && failure->was == VERDICT_REJECTED) {
            return true;
        }
    }
    return false;
}

static void a_loader_that_lost_a_check_fails(void **state)
{
    Hardstop__Case *test = planted_case("");
    struct audit good, baseline;
    struct gate gate;

    (void)state;
    audit_of(test, GOOD, &good);
    keep(&good, &baseline);
    assert_int_equal(judge(&good, &baseline, &gate), 0);
    gate_clear(&gate);
    for (size_t i = 0; i < HS_COUNT(defects); i++) {
        struct audit bad, bad_baseline;

        audit_of(test, defects[i].defect, &bad);
        keep(&bad, &bad_baseline);
        assert_int_equal(judge(&bad, &baseline, &gate), 1);
        assert_true(has_failure(&gate, defects[i].edit, defects[i].verdict));
        gate_clear(&gate);
        /* Bad as it was, and mended. */
        assert_int_equal(judge(&bad, &bad_baseline, &gate), 0);
        gate_clear(&gate);
        assert_int_equal(judge(&good, &bad_baseline, &gate), 0);
        gate_clear(&gate);
        audit_clear(&bad);
        audit_clear(&bad_baseline);
    }
    audit_clear(&good);
    audit_clear(&baseline);
    case_free(test);
}

/* At each field one cell is equal, and a later one garbage: one finding, and one that --fail-on garbage sees. */
static void a_finding_has_the_worst_of_its_verdicts(void **state)
{
    Hardstop__Case *test = planted_case("");
    struct planted planted;
    struct oracle oracle = { .loader = &planted.loader };
    struct hs_error err;
    struct audit audit;
    uint64_t cells = 0;

    (void)state;
    audit_edits(test, KEEPS_ODD_GARBAGE, 1u << EDIT_INSERT, &audit);
    planted_init(&planted, KEEPS_ODD_GARBAGE, test);
    assert_int_equal(audit_find(&audit, &oracle, test, EDIT_WHOLE, NULL, &err), 0);
    assert_int_equal(audit.runs[0].verdict, VERDICT_EQUAL);
    assert_true(audit.n_findings > 50);
    for (size_t i = 0; i < audit.n_findings; i++) {
        assert_int_equal(audit.findings[i].finding.verdict, VERDICT_GARBAGE);
        cells += audit.findings[i].cells;
    }
    assert_int_equal(cells, audit_cells(&audit, EDIT_INSERT));
    oracle_clear(&oracle);
    planted_clear(&planted);
    audit_clear(&audit);
    case_free(test);
}

/* Two runs, one cell each, and how many of them are judged: one, where they are of one kind. */
static const struct {
    struct audit_run runs[2];
    unsigned judged;
} kinds[] = {
    /* The value tells kinds of an edit that leaves the length, and of no other. */
    { { { EDIT_FLIP, "01", 40, 1, VERDICT_CRASHED, "a" }, { EDIT_FLIP, "02", 40, 1, VERDICT_CRASHED, "a" } }, 2 },
    { { { EDIT_FLIP, "01", 40, 1, VERDICT_CRASHED, "a" }, { EDIT_FLIP, "01", 41, 1, VERDICT_CRASHED, "a" } }, 1 },
    { { { EDIT_INSERT, "01", 40, 1, VERDICT_CRASHED, "a" }, { EDIT_INSERT, "02", 40, 1, VERDICT_CRASHED, "a" } }, 1 },
    { { { EDIT_DELETE, "1", 40, 1, VERDICT_EQUAL, "" }, { EDIT_DELETE, "2", 40, 1, VERDICT_EQUAL, "" } }, 1 },
    /* Words do of crashes and hangs. */
    { { { EDIT_INSERT, "01", 40, 1, VERDICT_CRASHED, "a" }, { EDIT_INSERT, "01", 41, 1, VERDICT_CRASHED, "b" } }, 2 },
    { { { EDIT_INSERT, "01", 40, 1, VERDICT_HUNG, "a" }, { EDIT_INSERT, "01", 41, 1, VERDICT_HUNG, "b" } }, 2 },
    { { { EDIT_INSERT, "01", 40, 1, VERDICT_GARBAGE, "a" }, { EDIT_INSERT, "01", 41, 1, VERDICT_GARBAGE, "b" } }, 1 },
    { { { EDIT_INSERT, "01", 40, 1, VERDICT_EQUAL, "a" }, { EDIT_INSERT, "01", 41, 1, VERDICT_EQUAL, "b" } }, 1 },
    /* Edit, verdict and field always do. */
    { { { EDIT_INSERT, "01", 40, 1, VERDICT_EQUAL, "" }, { EDIT_DELETE, "1", 40, 1, VERDICT_EQUAL, "" } }, 2 },
    { { { EDIT_INSERT, "01", 40, 1, VERDICT_EQUAL, "" }, { EDIT_INSERT, "01", 41, 1, VERDICT_GARBAGE, "" } }, 2 },
    { { { EDIT_INSERT, "01", 40, 1, VERDICT_EQUAL, "" }, { EDIT_INSERT, "01", 41, 1, VERDICT_EQUAL, "" } }, 1 },
    { { { EDIT_INSERT, "01", 41, 1, VERDICT_EQUAL, "" }, { EDIT_INSERT, "01", 42, 1, VERDICT_EQUAL, "" } }, 2 },
    { { { EDIT_INSERT, "01", 40, 1, VERDICT_EQUAL, "" }, { EDIT_INSERT, "01", 41, 2, VERDICT_EQUAL, "" } }, 2 },
    /* What is rejected, and what has no verdict, is no finding. */
    { { { EDIT_INSERT, "01", 40, 1, VERDICT_UNKNOWN, "" }, { EDIT_INSERT, "01", 41, 1, VERDICT_REJECTED, "" } }, 0 },
};

static void one_cell_of_each_kind_is_judged(void **state)
{
    Hardstop__Case *test = planted_case("");

    (void)state;
    for (size_t i = 0; i < HS_COUNT(kinds); i++) {
        struct audit audit = { .bytes = 100 };
        struct planted planted;
        struct oracle oracle = { .loader = &planted.loader };
        struct hs_error err;

        audit_add_field(&audit, "head", 0, 40);
        audit_add_field(&audit, "queue[0].num", 40, 1);
        audit_add_field(&audit, "queue[1].num", 41, 1);
        audit_add_field(&audit, "status", 42, 1);
        audit_add(&audit, &kinds[i].runs[0]);
        audit_add(&audit, &kinds[i].runs[1]);
        planted_init(&planted, CRASHES, test);
        assert_int_equal(audit_find(&audit, &oracle, test, EDIT_WHOLE, NULL, &err), 0);
        /* One load more is that of the undamaged stream. */
        if (oracle.loads != kinds[i].judged + (kinds[i].judged > 0)) {
            fail_msg("row %zu: %lu loads", i, oracle.loads);
        }
        assert_int_equal(audit.n_findings, kinds[i].judged > 0);
        oracle_clear(&oracle);
        planted_clear(&planted);
        audit_clear(&audit);
    }
    case_free(test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(a_loader_that_lost_a_check_fails),
        SUPPORT_TIDY(a_finding_has_the_worst_of_its_verdicts),
        SUPPORT_TIDY(one_cell_of_each_kind_is_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects what makes an audit fail. */
#include "harness/audit/gate.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

int gate_parse(const char *text, unsigned *verdicts, struct hs_error *err)
{
    *verdicts = 0;
    for (;;) {
        size_t length = strcspn(text, ",");
        char name[16] = "";
        enum verdict verdict;

        memcpy(name, text, length < sizeof(name) ? length : sizeof(name) - 1);
        verdict = verdict_of_name(name);
        if (verdict == VERDICT_COUNT || !(GATE_ALL & 1u << verdict)) {
            return hs_fail(err, HS_NO_OFFSET, "not of equal, garbage, crashed and hung: \"%.*s\"", (int)length, text);
        }
        *verdicts |= 1u << verdict;
        if (!text[length]) {
            return 0;
        }
        text += length + 1;
    }
}

static void add(struct gate *gate, const struct gate_failure *failure)
{
    *HS_PUSH(gate->failures, gate->n) = *failure;
    gate->cells += failure->count;
}

static void add_runs(const struct audit *audit, unsigned verdicts, struct gate *gate)
{
    for (size_t i = 0; i < audit->n_runs; i++) {
        const struct audit_run *run = &audit->runs[i];

        if (edit_fails_by_itself(run->edit, run->verdict) && verdicts & 1u << run->verdict) {
            add(gate, &(struct gate_failure){ run->edit, run->value, run->offset, run->count, VERDICT_COUNT,
                                              run->verdict, run->message, NULL });
        }
    }
}

static void add_worse_runs(const struct baseline *baseline, unsigned verdicts, struct gate *gate)
{
    for (size_t i = 0; i < baseline->n_runs; i++) {
        const struct baseline_run *run = &baseline->runs[i];

        if (edit_fails_by_itself(run->edit, run->now) && verdicts & 1u << run->now) {
            add(gate, &(struct gate_failure){ run->edit, run->value, run->offset, run->count, run->was, run->now,
                                              run->message, NULL });
        }
    }
}

static void add_finding(const struct audit_finding *finding, unsigned verdicts, struct gate *gate)
{
    if (verdicts & 1u << finding->finding.verdict) {
        add(gate, &(struct gate_failure){ finding->edit, finding->value, finding->offset, finding->cells,
                                          VERDICT_COUNT, finding->finding.verdict, finding->finding.message,
                                          finding });
    }
}

static int by_place(const void *left, const void *right)
{
    const struct gate_failure *a = left, *b = right;
    int order = (a->edit > b->edit) - (a->edit < b->edit);
    uint64_t x = a->finding ? a->finding->finding.signature : 0, y = b->finding ? b->finding->finding.signature : 0;

    order = order ? order : strcmp(a->value, b->value);
    order = order ? order : (a->offset > b->offset) - (a->offset < b->offset);
    return order ? order : (x > y) - (x < y);
}

static void add_findings(const struct audit *audit, const struct baseline *baseline, unsigned verdicts,
                         struct gate *gate)
{
    size_t n = baseline ? baseline->n_findings : audit->n_findings;

    for (size_t i = 0; i < n; i++) {
        const struct audit_finding *finding = baseline ? baseline->findings[i] : &audit->findings[i];

        /* The others' cells fail by themselves, and would be counted twice. */
        if (!edit_fails_by_itself(finding->edit, finding->finding.verdict)) {
            add_finding(finding, verdicts, gate);
        }
    }
}

void gate_judge(const struct audit *audit, unsigned verdicts, const struct baseline *baseline, struct gate *gate)
{
    if (baseline) {
        add_worse_runs(baseline, verdicts, gate);
    } else {
        add_runs(audit, verdicts, gate);
    }
    add_findings(audit, baseline, verdicts, gate);
    if (gate->n) {
        qsort(gate->failures, gate->n, sizeof(*gate->failures), by_place);
    }
    for (unsigned i = 0; i < edit_count; i++) {
        gate->unknown += audit->counts[i][VERDICT_UNKNOWN];
    }
}

int gate_status(const struct gate *gate)
{
    return gate->n ? 1 : gate->unknown ? 2 : 0;
}

void gate_clear(struct gate *gate)
{
    free(gate->failures);
    memset(gate, 0, sizeof(*gate));
}

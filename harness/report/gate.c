/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects what makes an audit fail. */
#include "harness/report/gate.h"

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
    gate->failures = hs_grow(gate->failures, gate->n, sizeof(*gate->failures));
    gate->failures[gate->n++] = *failure;
    gate->cells += failure->count;
}

static void add_runs(const struct audit *audit, unsigned verdicts, struct gate *gate)
{
    for (size_t i = 0; i < audit->n_runs; i++) {
        const struct audit_run *run = &audit->runs[i];

        if (edit_changes_length(run->edit) && verdicts & 1u << run->verdict) {
            add(gate, &(struct gate_failure){ run->edit, run->value, run->offset, run->count, VERDICT_COUNT,
                                              run->verdict, run->message, NULL });
        }
    }
}

static void add_worse_runs(const struct baseline *baseline, unsigned verdicts, struct gate *gate)
{
    for (size_t i = 0; i < baseline->n_runs; i++) {
        const struct baseline_run *run = &baseline->runs[i];

        if (edit_changes_length(run->edit) && verdicts & 1u << run->now) {
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

static int compare(const struct gate_failure *a, enum edit edit, const char *value, uint32_t offset)
{
    int order = (a->edit > edit) - (a->edit < edit);

    order = order ? order : strcmp(a->value, value);
    return order ? order : (a->offset > offset) - (a->offset < offset);
}

static int by_place(const void *left, const void *right)
{
    const struct gate_failure *a = left, *b = right;
    int order = compare(a, b->edit, b->value, b->offset);
    uint64_t x = a->finding ? a->finding->finding.signature : 0, y = b->finding ? b->finding->finding.signature : 0;

    return order ? order : (x > y) - (x < y);
}

/* True when the finding's first cell is among the first `n` failures, which are runs in order. */
static bool is_covered(const struct gate *gate, size_t n, const struct audit_finding *finding)
{
    size_t low = 0, high = n;
    const struct gate_failure *before;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare(&gate->failures[middle], finding->edit, finding->value, finding->offset) > 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    before = low ? &gate->failures[low - 1] : NULL;
    return before && before->edit == finding->edit && strcmp(before->value, finding->value) == 0 &&
           finding->offset - before->offset < before->count;
}

void gate_judge(const struct audit *audit, unsigned verdicts, const struct baseline *baseline, struct gate *gate)
{
    size_t n;

    if (baseline) {
        add_worse_runs(baseline, verdicts, gate);
        n = gate->n;
        for (size_t i = 0; i < baseline->n_findings; i++) {
            if (!is_covered(gate, n, baseline->findings[i])) {
                add_finding(baseline->findings[i], verdicts, gate);
            }
        }
    } else {
        add_runs(audit, verdicts, gate);
        for (size_t i = 0; i < audit->n_findings; i++) {
            if (!edit_changes_length(audit->findings[i].edit)) {
                add_finding(&audit->findings[i], verdicts, gate);
            }
        }
    }
    if (gate->n) {
        qsort(gate->failures, gate->n, sizeof(*gate->failures), by_place);
    }
    for (int i = 0; i < EDIT_COUNT; i++) {
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts the cells of one edit and value into one test. */
#include "harness/report/audit_results.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/print.h"
#include "harness/setup/setup.h"

#define MAX_LISTED 20 /* failures of a testcase; a page shows no more */

/* The runs and failures of one edit and value. */
struct group {
    const struct audit_run *runs;
    const struct gate_failure *failures;
    size_t n_runs, n_failures;
    uint64_t counts[VERDICT_COUNT];
    uint64_t cells;
};

/* The next group, which begins at the given run and failure. */
static struct group next_group(const struct audit *audit, const struct gate *gate, size_t run, size_t failure)
{
    struct group group = { .runs = &audit->runs[run], .failures = gate->n ? &gate->failures[failure] : NULL };

    while (run < audit->n_runs && audit->runs[run].edit == group.runs->edit &&
           audit->runs[run].value == group.runs->value) {
        group.counts[audit->runs[run].verdict] += audit->runs[run].count;
        group.cells += audit->runs[run].count;
        group.n_runs++;
        run++;
    }
    while (failure < gate->n && gate->failures[failure].edit == group.runs->edit &&
           strcmp(gate->failures[failure].value, group.runs->value) == 0) {
        group.n_failures++;
        failure++;
    }
    return group;
}

static void print_counts(FILE *out, const struct group *group)
{
    const char *before = "";

    fprintf(out, " of %" PRIu64 " cells: ", group->cells);
    for (int i = VERDICT_COUNT - 1; i >= 0; i--) {
        if (group->counts[i]) {
            fprintf(out, "%s%" PRIu64 " %s", before, group->counts[i], verdict_name((enum verdict)i));
            before = ", ";
        }
    }
}

static void print_failure(FILE *out, const struct audit *audit, const struct gate_failure *failure)
{
    const struct audit_field *field = audit_field_at(audit, failure->offset);

    fprintf(out, "offset %" PRIu32 " (", failure->offset);
    fputs(field ? field->path : "behind the last field", out);
    fprintf(out, "), %" PRIu32 " cell%s: %s", failure->count, failure->count == 1 ? "" : "s",
            verdict_name(failure->verdict));
    if (failure->was != VERDICT_COUNT) {
        fprintf(out, ", was %s", verdict_name(failure->was));
    }
    fputs(failure->finding ? "; finding: " : ": ", out);
    fputs(failure->message, out);
    if (failure->finding && *failure->finding->path) {
        char *command = finding_command("hardstop", audit->setup, failure->finding->path);

        fprintf(out, "; %s", command);
        free(command);
    }
    putc_unlocked('\n', out);
}

/* How much of the group fails. */
static void print_message(FILE *out, const struct group *group)
{
    uint64_t cells = 0;
    size_t findings = 0;

    /* A finding counts cells of other edits and values, too. */
    for (size_t i = 0; i < group->n_failures; i++) {
        findings += group->failures[i].finding != NULL;
        cells += group->failures[i].finding ? 0 : group->failures[i].count;
    }
    fprintf(out, "%" PRIu64 " failing", cells);
    if (findings) {
        fprintf(out, " and %zu finding%s", findings, findings == 1 ? "" : "s");
    }
    print_counts(out, group);
}

static void print_failures(FILE *out, const struct audit *audit, const struct group *group)
{
    for (size_t i = 0; i < group->n_failures && i < MAX_LISTED; i++) {
        print_failure(out, audit, &group->failures[i]);
    }
    if (group->n_failures > MAX_LISTED) {
        fprintf(out, "and at %zu more places\n", group->n_failures - MAX_LISTED);
    }
}

static void print_unknown(FILE *out, const struct group *group)
{
    const struct audit_run *run = group->runs;

    while (run->verdict != VERDICT_UNKNOWN) {
        run++;
    }
    fprintf(out, "offset %" PRIu32 ": %s", run->offset, run->message);
}

/* At most one of the two: a failure goes before an error. */
static void add_test(const struct audit *audit, const struct group *group, struct results *results)
{
    const char *value = group->runs->value;
    char *name = hs_format("%s%s%s", edit_name(group->runs->edit), *value ? " " : "", value);
    struct print_memory message, text;
    struct result_test test = { .group = results->suites[0].name, .name = name };

    print_open(&message);
    print_open(&text);
    if (group->n_failures) {
        test.state = RESULT_FAILED;
        test.type = verdict_name(group->failures[0].verdict);
        print_message(message.out, group);
        print_failures(text.out, audit, group);
    } else if (group->counts[VERDICT_UNKNOWN]) {
        test.state = RESULT_ERROR;
        test.type = verdict_name(VERDICT_UNKNOWN);
        fprintf(message.out, "%" PRIu64 " unknown", group->counts[VERDICT_UNKNOWN]);
        print_counts(message.out, group);
        print_unknown(text.out, group);
    }
    test.message = print_close(&message);
    test.text = print_close(&text);
    results_add_test(results, &test);
    free(message.text);
    free(text.text);
    free(name);
}

static void add_suite(const struct audit *audit, struct results *results)
{
    const Hardstop__Setup *setup = audit->setup;
    const char *framing = setup_framing_name(setup);
    char *name = hs_format("%s on %s (%s framing)", *audit->section ? audit->section : "whole stream",
                           setup->machine ? setup->machine : "the default machine", framing);
    char *category = hs_format("%s/%s/%s", setup->machine ? setup->machine : "default", framing,
                               *audit->section ? audit->section : "stream");

    results_add_suite(results, name, category, 0);
    free(category);
    free(name);
}

static void add_class(const struct audit *audit, const struct audit_finding *finding, struct results *results)
{
    const struct audit_field *field = audit_field_at(audit, finding->offset);
    struct finding placed = finding->finding;

    snprintf(placed.device, sizeof(placed.device), "%.*s", (int)sizeof(placed.device) - 1,
             *audit->section ? audit->section : "stream");
    if (!*placed.field) {
        snprintf(placed.field, sizeof(placed.field), "%.*s", (int)sizeof(placed.field) - 1,
                 field ? field->path : "end");
    }
    results_add_finding(results, &placed, finding->path, RESULT_AGE_UNKNOWN,
                        json_pack("{s:s, s:s, s:I, s:I}", "edit", edit_name(finding->edit), "value", finding->value,
                                  "offset", (json_int_t)finding->offset, "cells", (json_int_t)finding->cells));
}

void audit_results(const struct audit *audit, const struct gate *gate, struct results *results)
{
    struct group group;

    results_open(results, "hardstop audit");
    add_suite(audit, results);
    for (size_t run = 0, failure = 0; gate && run < audit->n_runs;
         run += group.n_runs, failure += group.n_failures) {
        group = next_group(audit, gate, run, failure);
        add_test(audit, &group, results);
    }
    for (size_t i = 0; i < audit->n_findings; i++) {
        add_class(audit, &audit->findings[i], results);
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints JUnit XML. */
#include "harness/report/junit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/setup/setup.h"
#include "harness/base/print.h"
#include "harness/base/printable.h"
#include "harness/report/xml.h"

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
    xml_print(out, field ? field->path : "behind the last field");
    fprintf(out, "), %" PRIu32 " cell%s: %s", failure->count, failure->count == 1 ? "" : "s",
            verdict_name(failure->verdict));
    if (failure->was != VERDICT_COUNT) {
        fprintf(out, ", was %s", verdict_name(failure->was));
    }
    fputs(failure->finding ? "; finding: " : ": ", out);
    xml_print(out, failure->message);
    if (failure->finding && *failure->finding->path) {
        char *command = finding_command("hardstop", audit->setup, failure->finding->path);

        fputs("; ", out);
        xml_print(out, command);
        free(command);
    }
    putc_unlocked('\n', out);
}

static void print_failures(FILE *out, const struct audit *audit, const struct group *group)
{
    uint64_t cells = 0;
    size_t findings = 0;

    /* A finding counts cells of other edits and values, too. */
    for (size_t i = 0; i < group->n_failures; i++) {
        findings += group->failures[i].finding != NULL;
        cells += group->failures[i].finding ? 0 : group->failures[i].count;
    }
    fprintf(out, "<failure type=\"%s\" message=\"%" PRIu64 " failing", verdict_name(group->failures[0].verdict), cells);
    if (findings) {
        fprintf(out, " and %zu finding%s", findings, findings == 1 ? "" : "s");
    }
    print_counts(out, group);
    fputs("\">", out);
    for (size_t i = 0; i < group->n_failures && i < MAX_LISTED; i++) {
        print_failure(out, audit, &group->failures[i]);
    }
    if (group->n_failures > MAX_LISTED) {
        fprintf(out, "and at %zu more places\n", group->n_failures - MAX_LISTED);
    }
    fputs("</failure>", out);
}

static void print_unknown(FILE *out, const struct group *group)
{
    const struct audit_run *run = group->runs;

    while (run->verdict != VERDICT_UNKNOWN) {
        run++;
    }
    fprintf(out, "<error type=\"unknown\" message=\"%" PRIu64 " unknown", group->counts[VERDICT_UNKNOWN]);
    print_counts(out, group);
    fprintf(out, "\">offset %" PRIu32 ": ", run->offset);
    xml_print(out, run->message);
    fputs("</error>", out);
}

static void print_testcase(FILE *out, const struct audit *audit, const struct group *group, const char *class)
{
    fputs("    <testcase classname=\"", out);
    xml_print(out, class);
    fprintf(out, "\" name=\"%s%s", edit_name(group->runs->edit), *group->runs->value ? " " : "");
    xml_print(out, group->runs->value);
    fputs("\" time=\"0\">", out);
    /* Readers expect at most one of the two. */
    if (group->n_failures) {
        print_failures(out, audit, group);
    } else if (group->counts[VERDICT_UNKNOWN]) {
        print_unknown(out, group);
    }
    fputs("</testcase>\n", out);
}

static char *suite_name(const struct audit *audit)
{
    const Hardstop__Setup *setup = audit->setup;
    char *name = hs_format("%s on %s (%s framing)", *audit->section ? audit->section : "whole stream",
                           setup->machine ? setup->machine : "the default machine",
                           setup_framing_name(setup));

    printable_make(name);
    return name;
}

static void print_head(FILE *out, const char *element, const char *name, const size_t totals[3])
{
    fprintf(out, "<%s name=\"", element);
    xml_print(out, name);
    fprintf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"0\">\n", totals[0], totals[1], totals[2]);
}

void junit_print(FILE *out, const struct audit *audit, const struct gate *gate)
{
    char *name = suite_name(audit), *class = hs_strdup(name);
    size_t totals[3] = { 0 }, failure = 0;
    struct group group;

    for (char *c = class; *c; c++) {
        /* Jenkins takes what is before the last dot for a package. */
        *c = *c == '.' ? '_' : *c;
    }
    for (size_t run = 0; run < audit->n_runs; run += group.n_runs, failure += group.n_failures) {
        group = next_group(audit, gate, run, failure);
        totals[0]++;
        totals[1] += group.n_failures > 0;
        totals[2] += !group.n_failures && group.counts[VERDICT_UNKNOWN];
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
    print_head(out, "testsuites", "hardstop audit", totals);
    fputs("  ", out);
    print_head(out, "testsuite", name, totals);
    failure = 0;
    for (size_t run = 0; run < audit->n_runs; run += group.n_runs, failure += group.n_failures) {
        group = next_group(audit, gate, run, failure);
        print_testcase(out, audit, &group, class);
    }
    fputs("  </testsuite>\n</testsuites>\n", out);
    free(class);
    free(name);
}

struct job {
    const struct audit *audit;
    const struct gate *gate;
};

static void print_job(FILE *out, const void *user)
{
    const struct job *job = user;

    junit_print(out, job->audit, job->gate);
}

int junit_write(const char *path, const struct audit *audit, const struct gate *gate, struct hs_error *err)
{
    return print_file(path, print_job, &(struct job){ audit, gate }, err);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints JUnit XML. */
#include "harness/report/junit.h"

#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/report/xml.h"

static void print_attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    xml_print(out, value);
    putc_unlocked('"', out);
}

static void print_outcome(FILE *out, const struct result_test *test)
{
    static const char *const elements[] = {
        [RESULT_FAILED] = "failure", [RESULT_ERROR] = "error", [RESULT_SKIPPED] = "skipped",
    };
    const char *element = elements[test->state];

    fprintf(out, "<%s", element);
    if (test->type && test->state != RESULT_SKIPPED) {
        print_attribute(out, "type", test->type);
    }
    print_attribute(out, "message", test->message ? test->message : "");
    if (test->text && *test->text && test->state != RESULT_SKIPPED) {
        putc_unlocked('>', out);
        xml_print(out, test->text);
        fprintf(out, "</%s>", element);
    } else {
        fputs("/>", out);
    }
}

/* Jenkins takes what is before the last dot for a package. */
static void print_group(FILE *out, const char *group)
{
    char *class = hs_strdup(group);

    for (char *c = class; *c; c++) {
        *c = *c == '.' ? '_' : *c;
    }
    print_attribute(out, "classname", class);
    free(class);
}

static void print_testcase(FILE *out, const struct result_test *test)
{
    fputs("    <testcase", out);
    print_group(out, test->group);
    print_attribute(out, "name", test->name);
    fprintf(out, " time=\"%.3f\">", test->seconds);
    if (test->state != RESULT_PASSED) {
        print_outcome(out, test);
    }
    fputs("</testcase>\n", out);
}

struct totals {
    size_t tests, states[RESULT_SKIPPED + 1];
    double seconds;
};

static void add_totals(struct totals *totals, const struct result_suite *suite)
{
    totals->tests += suite->n_tests;
    totals->seconds += suite->seconds;
    for (size_t i = 0; i < suite->n_tests; i++) {
        totals->states[suite->tests[i].state]++;
    }
}

static void print_totals(FILE *out, const struct totals *totals)
{
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n", totals->tests,
            totals->states[RESULT_FAILED], totals->states[RESULT_ERROR], totals->states[RESULT_SKIPPED],
            totals->seconds);
}

static void print_suite(FILE *out, const struct result_suite *suite)
{
    struct totals totals = { 0 };

    add_totals(&totals, suite);
    fputs("  <testsuite", out);
    print_attribute(out, "name", suite->name);
    print_totals(out, &totals);
    for (size_t i = 0; i < suite->n_tests; i++) {
        print_testcase(out, &suite->tests[i]);
    }
    fputs("  </testsuite>\n", out);
}

void junit_print(FILE *out, const void *user)
{
    const struct results *results = user;
    struct totals totals = { 0 };

    for (size_t i = 0; i < results->n; i++) {
        add_totals(&totals, &results->suites[i]);
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
    print_attribute(out, "name", results->command);
    print_totals(out, &totals);
    for (size_t i = 0; i < results->n; i++) {
        print_suite(out, &results->suites[i]);
    }
    fputs("</testsuites>\n", out);
}

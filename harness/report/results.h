/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command has to say, as lists: what was asked, and what was found.  JUnit XML and SARIF are printed from these,
 * whatever the command is.
 */
#ifndef HARDSTOP_REPORT_RESULTS_H
#define HARDSTOP_REPORT_RESULTS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "harness/finding/finding.h"

enum result_state {
    RESULT_PASSED,
    RESULT_FAILED,
    RESULT_ERROR, /* nobody can tell */
    RESULT_SKIPPED, /* there was nothing to ask, or no time */
};

/* Something that was asked: a testcase of JUnit, which goes by group and name. */
struct result_test {
    const char *group, *name;
    enum result_state state;
    const char *type; /* of what did not pass, a word: "crashed"; NULL: none */
    const char *message; /* why it did not pass, one line; NULL: nothing is said */
    const char *text; /* more of it, in lines; NULL: nothing */
    double seconds; /* measured; 0 of what was only read */
};

/* Beside what was known before. */
enum result_age { RESULT_AGE_UNKNOWN, RESULT_NEW, RESULT_KNOWN, RESULT_CHANGED, RESULT_FIXED };

/* A distinct finding: a result of SARIF. */
struct result_class {
    const char *rule; /* by name */
    uint64_t signature;
    bool is_warning; /* else an error */
    const char *message; /* one line */
    const char *place; /* which field of which section: "virtio-net/virtio.queue[].num" */
    const char *source; /* "net/net.c:123", as in struct finding; NULL or "": not known */
    const char *path; /* of its case; NULL or "": there is none */
    enum result_age age;
    json_t *properties; /* what else is told, an object; NULL: nothing */
};

/* What can be found: a rule of SARIF.  Both texts live as long as the program. */
struct result_rule {
    const char *name, *claim;
};

/* A testsuite of JUnit and a run of SARIF. */
struct result_suite {
    const char *name; /* "fe.0.0001/virtio-net on s390-ccw-virtio" */
    const char *category; /* what tells it from other suites that are uploaded beside it: "check/rng.textproto" */
    double seconds; /* measured */
    struct result_test *tests;
    size_t n_tests;
    struct result_class *classes;
    size_t n_classes;
};

struct results {
    const char *command; /* "hardstop check"; lives as long as the program */
    struct result_rule *rules;
    size_t n_rules;
    struct result_suite *suites;
    size_t n;
};

/* Makes empty results, which have the properties (harness/judge/property.h) as their rules. */
void results_open(struct results *results, const char *command);
void results_add_rule(struct results *results, const char *name, const char *claim);

/*
 * All texts that are given are copied, and made printable.  A test and a class go to the last suite.  Where a group has
 * a test of that name already, "(2)", "(3)" ... follows the name.
 */
void results_add_suite(struct results *results, const char *name, const char *category, double seconds);
void results_add_test(struct results *results, const struct result_test *test);
/* Takes `properties`.  A rule's signature is there once: the first one counts. */
void results_add_class(struct results *results, const struct result_class *class);
/*
 * The class of a finding, of whatever property, whose case is at `path` (NULL: none); takes `extra` (NULL: nothing)
 * into its properties.
 */
void results_add_finding(struct results *results, const struct finding *finding, const char *path,
                         enum result_age age, json_t *extra);

void results_clear(struct results *results);

#endif

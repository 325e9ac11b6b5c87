/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps copies, so that a list outlives what it was made from. */
#include "harness/report/results.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/printable.h"

void results_open(struct results *results, const char *command)
{
    *results = (struct results){ .command = command };
    for (const struct property *property = properties; property->name; property++) {
        results_add_rule(results, property->name, property->claim);
    }
}

void results_add_rule(struct results *results, const char *name, const char *claim)
{
    *HS_PUSH(results->rules, results->n_rules) = (struct result_rule){ name, claim };
}

static const char *line_copy(const char *text)
{
    return text ? printable_copy(text, strlen(text)) : NULL;
}

/* With its line ends. */
static const char *lines_copy(const char *text)
{
    json_t *json = text ? printable_json(text, strlen(text)) : NULL;
    const char *copy = json ? hs_strdup(json_string_value(json)) : NULL;

    json_decref(json);
    return copy;
}

static struct result_suite *last_suite(struct results *results)
{
    HS_CHECK(results->n, "%s has no suite", results->command);
    return &results->suites[results->n - 1];
}

void results_add_suite(struct results *results, const char *name, const char *category, double seconds)
{
    *HS_PUSH(results->suites, results->n) = (struct result_suite){
        .name = line_copy(name), .category = line_copy(category), .seconds = seconds,
    };
}

static bool has_test(const struct result_suite *suite, const char *group, const char *name)
{
    for (size_t i = 0; i < suite->n_tests; i++) {
        if (strcmp(suite->tests[i].name, name) == 0 && strcmp(suite->tests[i].group, group) == 0) {
            return true;
        }
    }
    return false;
}

/* Readers take two of one name for one that was repeated. */
static const char *name_apart(const struct result_suite *suite, const char *group, const char *name)
{
    char *apart = printable_copy(name, strlen(name));

    for (unsigned n = 2; has_test(suite, group, apart); n++) {
        free(apart);
        apart = hs_format("%s (%u)", name, n);
        printable_make(apart);
    }
    return apart;
}

void results_add_test(struct results *results, const struct result_test *test)
{
    struct result_suite *suite = last_suite(results);
    const char *group = line_copy(test->group), *name = name_apart(suite, group, test->name);

    *HS_PUSH(suite->tests, suite->n_tests) = (struct result_test){
        .group = group, .name = name, .state = test->state,
        .type = line_copy(test->type), .message = line_copy(test->message), .text = lines_copy(test->text),
        .seconds = test->seconds,
    };
}

static bool has_class(const struct result_suite *suite, const struct result_class *class)
{
    for (size_t i = 0; i < suite->n_classes; i++) {
        if (suite->classes[i].signature == class->signature && strcmp(suite->classes[i].rule, class->rule) == 0) {
            return true;
        }
    }
    return false;
}

void results_add_class(struct results *results, const struct result_class *class)
{
    struct result_suite *suite = last_suite(results);

    if (has_class(suite, class)) {
        json_decref(class->properties);
        return;
    }
    *HS_PUSH(suite->classes, suite->n_classes) = (struct result_class){
        .rule = line_copy(class->rule), .signature = class->signature, .is_warning = class->is_warning,
        .message = line_copy(class->message), .place = line_copy(class->place), .source = line_copy(class->source),
        .path = line_copy(class->path), .age = class->age, .properties = class->properties,
    };
}

/* A file of findings can be of another hardstop, and name what this one does not judge. */
static const struct result_rule *rule_of(struct results *results, const struct finding *finding)
{
    const char *name = property_find(finding->property) ? finding->property : "unknown-property";

    for (size_t i = 0; i < results->n_rules; i++) {
        if (strcmp(results->rules[i].name, name) == 0) {
            return &results->rules[i];
        }
    }
    results_add_rule(results, "unknown-property", "a property that this hardstop does not know");
    return &results->rules[results->n_rules - 1];
}

void results_add_finding(struct results *results, const struct finding *finding, const char *path,
                         enum result_age age, json_t *extra)
{
    const struct result_rule *rule = rule_of(results, finding);
    char *place = hs_format("%s/%s", *finding->device ? finding->device : "stream",
                            *finding->field ? finding->field : "any");
    json_t *more = json_pack("{s:s}", "verdict", verdict_name(finding->verdict));

    if (*finding->machine) {
        json_object_set_new(more, "machine", printable_json(finding->machine, strlen(finding->machine)));
    }
    if (extra) {
        json_object_update(more, extra);
        json_decref(extra);
    }
    results_add_class(results, &(struct result_class){
        .rule = rule->name, .signature = finding->signature, .is_warning = finding->verdict == VERDICT_EQUAL,
        .message = *finding->message ? finding->message : rule->claim, .place = place,
        .source = finding->source, .path = path, .age = age, .properties = more,
    });
    free(place);
}

static void clear_suite(struct result_suite *suite)
{
    for (size_t i = 0; i < suite->n_tests; i++) {
        const char *const texts[] = { suite->tests[i].group, suite->tests[i].name, suite->tests[i].type,
                                      suite->tests[i].message, suite->tests[i].text };

        for (size_t k = 0; k < HS_COUNT(texts); k++) {
            free((char *)texts[k]);
        }
    }
    for (size_t i = 0; i < suite->n_classes; i++) {
        const struct result_class *class = &suite->classes[i];
        const char *const texts[] = { class->rule, class->message, class->place, class->source, class->path };

        for (size_t k = 0; k < HS_COUNT(texts); k++) {
            free((char *)texts[k]);
        }
        json_decref(class->properties);
    }
    free(suite->tests);
    free(suite->classes);
    free((char *)suite->name);
    free((char *)suite->category);
}

void results_clear(struct results *results)
{
    for (size_t i = 0; i < results->n; i++) {
        clear_suite(&results->suites[i]);
    }
    free(results->suites);
    free(results->rules);
    *results = (struct results){ .command = results->command };
}

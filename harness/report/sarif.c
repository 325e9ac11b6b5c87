/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints SARIF. */
#include "harness/report/sarif.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

/* jansson owns what is packed with "o"; NULL stands for a bug of ours. */
static json_t *packed(json_t *value)
{
    HS_CHECK(value, "a text that is not UTF-8, or a wrong format");
    return value;
}

static json_t *new_rule(const struct result_rule *rule)
{
    return packed(json_pack("{s:s, s:s, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}", "id", rule->name, "name", rule->name,
                            "shortDescription", "text", rule->claim, "fullDescription", "text", rule->claim, "help",
                            "text", "Where a case file is named, hardstop repro --confirm shows it on an unmodified "
                            "QEMU.", "defaultConfiguration", "level", "error"));
}

static json_t *new_rules(const struct results *results)
{
    json_t *rules = json_array();

    for (size_t i = 0; i < results->n_rules; i++) {
        json_array_append_new(rules, new_rule(&results->rules[i]));
    }
    return rules;
}

static int index_of(const struct results *results, const char *rule)
{
    size_t i = 0;

    while (i < results->n_rules && strcmp(results->rules[i].name, rule) != 0) {
        i++;
    }
    HS_CHECK(i < results->n_rules, "no rule \"%s\"", rule);
    return (int)i;
}

/* The path as a relative reference, or a file: URI; free it. */
static char *uri_of(const char *path)
{
    char *uri = hs_alloc(strlen("file://") + 3 * strlen(path) + 1), *end = uri;

    if (*path == '/') {
        end += sprintf(end, "file://");
    }
    for (; *path; path++) {
        unsigned char c = (unsigned char)*path;

        end += sprintf(end, isascii(c) && (isalnum(c) || strchr("-._~/", c)) ? "%c" : "%%%02X", c);
    }
    return uri;
}

static json_t *new_physical(const char *path, int line)
{
    char *uri = uri_of(path);
    json_t *location = packed(json_pack("{s:{s:s}, s:{s:i, s:i, s:i, s:i}}", "artifactLocation", "uri", uri, "region",
                                        "startLine", line, "startColumn", 1, "endLine", line, "endColumn", 2));

    free(uri);
    return location;
}

/* The line of QEMU's source that is known to be it; NULL where none is. */
static json_t *new_source(const char *source)
{
    const char *colon = source ? strrchr(source, ':') : NULL;
    char *path;
    json_t *location;
    int line = colon ? atoi(colon + 1) : 0;

    if (line < 1) {
        return NULL;
    }
    path = hs_format("%.*s", (int)(colon - source), source);
    location = new_physical(path, line);
    free(path);
    return location;
}

/* The place is in QEMU's source, where that is known, and the case is beside it; else the whole case is the place. */
static void add_locations(const struct result_class *class, json_t *result)
{
    json_t *source = new_source(class->source);
    /* A file has a first line. */
    json_t *test = class->path && *class->path ? new_physical(class->path, 1) : NULL;
    json_t *location = packed(json_pack("{s:[{s:s, s:s}]}", "logicalLocations", "fullyQualifiedName", class->place,
                                        "kind", "member"));

    if (source || test) {
        json_object_set(location, "physicalLocation", source ? source : test);
    }
    json_object_set_new(result, "locations", packed(json_pack("[o]", location)));
    if (source && test) {
        json_object_set_new(result, "relatedLocations", packed(json_pack("[{s:O}]", "physicalLocation", test)));
    }
    json_decref(source);
    json_decref(test);
}

static void add_age(enum result_age age, json_t *result)
{
    static const char *const states[] = {
        [RESULT_NEW] = "new", [RESULT_KNOWN] = "unchanged", [RESULT_CHANGED] = "updated", [RESULT_FIXED] = "absent",
    };

    if (age != RESULT_AGE_UNKNOWN) {
        json_object_set_new(result, "baselineState", json_string(states[age]));
    }
    if (age == RESULT_FIXED) {
        json_object_set_new(result, "kind", json_string("pass"));
    }
}

static json_t *new_result(const struct results *results, const struct result_class *class)
{
    char signature[17], hash[19];
    json_t *result;

    snprintf(signature, sizeof(signature), "%016" PRIx64, class->signature);
    /* What GitHub matches results by; the number behind the colon tells equal ones apart. */
    snprintf(hash, sizeof(hash), "%s:1", signature);
    result = packed(json_pack("{s:s, s:i, s:s, s:{s:s}, s:{s:s, s:s}}", "ruleId", class->rule, "ruleIndex",
                              index_of(results, class->rule), "level",
                              class->age == RESULT_FIXED ? "none" : class->is_warning ? "warning" : "error",
                              "message", "text", class->message, "partialFingerprints", "hardstop/v1", signature,
                              "primaryLocationLineHash", hash));
    if (class->properties) {
        json_object_set(result, "properties", class->properties);
    }
    add_age(class->age, result);
    add_locations(class, result);
    return result;
}

/* What a reader of the run alone would not know. */
static void add_left_out(size_t n, json_t *run)
{
    char *words = hs_format("%zu more findings are left out", n);

    json_object_set_new(run, "invocations",
                        packed(json_pack("[{s:b, s:[{s:s, s:{s:s}}]}]", "executionSuccessful", 1,
                                         "toolExecutionNotifications", "level", "warning", "message", "text", words)));
    free(words);
}

static json_t *new_run(const struct results *results, const struct result_suite *suite)
{
    json_t *list = json_array(), *run;
    /* Runs are uploaded side by side: GitHub keeps one for each category. */
    char *category = hs_format("hardstop/%s/", suite->category);

    for (size_t i = 0; i < suite->n_classes && i < SARIF_MOST; i++) {
        json_array_append_new(list, new_result(results, &suite->classes[i]));
    }
    run = packed(json_pack("{s:{s:{s:s, s:s, s:s, s:o}}, s:{s:s}, s:o}", "tool", "driver", "name", "hardstop",
                           "version", HARDSTOP_VERSION, "informationUri", HARDSTOP_HOMEPAGE, "rules",
                           new_rules(results), "automationDetails", "id", category, "results", list));
    if (suite->n_classes > SARIF_MOST) {
        add_left_out(suite->n_classes - SARIF_MOST, run);
    }
    free(category);
    return run;
}

void sarif_print(FILE *out, const void *user)
{
    const struct results *results = user;
    json_t *runs = json_array(), *log;

    for (size_t i = 0; i < results->n; i++) {
        json_array_append_new(runs, new_run(results, &results->suites[i]));
    }
    log = packed(json_pack("{s:s, s:s, s:o}", "$schema", "https://json.schemastore.org/sarif-2.1.0.json", "version",
                           "2.1.0", "runs", runs));
    json_dumpf(log, out, JSON_INDENT(1));
    putc('\n', out);
    json_decref(log);
}

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
#include "harness/setup/setup.h"
#include "harness/base/print.h"
#include "harness/base/printable.h"

/* jansson owns what is packed with "o"; NULL stands for a bug of ours. */
static json_t *packed(json_t *value)
{
    HS_CHECK(value, "a text that is not UTF-8, or a wrong format");
    return value;
}

static json_t *new_rule(const struct property *property)
{
    return packed(json_pack("{s:s, s:s, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}", "id", property->name, "name",
                            property->name, "shortDescription", "text", property->claim, "fullDescription", "text",
                            property->claim, "help", "text",
                            "hardstop repro --confirm, with the case file, shows it on an unmodified QEMU.",
                            "defaultConfiguration", "level", "error"));
}

static json_t *new_rules(void)
{
    json_t *rules = json_array();

    for (const struct property *property = properties; property->name; property++) {
        json_array_append_new(rules, new_rule(property));
    }
    return rules;
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

/* The line of QEMU's source that is known to be it. */
static json_t *new_source(const struct finding *finding)
{
    const char *colon = strrchr(finding->source, ':');
    char *path;
    json_t *location;
    int line = colon ? atoi(colon + 1) : 0;

    if (line < 1) {
        return NULL;
    }
    path = hs_format("%.*s", (int)(colon - finding->source), finding->source);
    location = new_physical(path, line);
    free(path);
    return location;
}

static json_t *new_location(const struct audit *audit, const struct audit_finding *finding, json_t *physical)
{
    const struct audit_field *field = audit_field_at(audit, finding->offset);
    char *name = hs_format("%s/%s", *audit->section ? audit->section : "stream",
                           *finding->finding.field ? finding->finding.field : field ? field->path : "end");
    json_t *location = packed(json_pack("{s:[{s:s, s:s}]}", "logicalLocations", "fullyQualifiedName", name, "kind",
                                        "member"));

    if (physical) {
        json_object_set_new(location, "physicalLocation", physical);
    }
    free(name);
    return location;
}

/* The place is in QEMU's source, where that is known, and the case is beside it; else the whole case is the place. */
static void add_locations(const struct audit *audit, const struct audit_finding *finding, json_t *result)
{
    json_t *source = new_source(&finding->finding);
    /* A file has a first line. */
    json_t *test = *finding->path ? new_physical(finding->path, 1) : NULL;

    json_object_set_new(result, "locations",
                        packed(json_pack("[o]", new_location(audit, finding, source ? source : test))));
    if (source && test) {
        json_object_set_new(result, "relatedLocations",
                            packed(json_pack("[{s:o}]", "physicalLocation", test)));
    }
}

static json_t *new_result(const struct audit *audit, const struct audit_finding *finding)
{
    const struct finding *what = &finding->finding;
    const struct property *property = property_find(what->property);
    char signature[17], hash[19];
    json_t *result;

    HS_CHECK(property, "no property \"%s\"", what->property);
    snprintf(signature, sizeof(signature), "%016" PRIx64, what->signature);
    /* What GitHub matches results by; the number behind the colon tells equal ones apart. */
    snprintf(hash, sizeof(hash), "%s:1", signature);
    result = packed(json_pack(
        "{s:s, s:i, s:s, s:{s:s}, s:{s:s, s:s}, s:{s:s, s:s, s:s, s:I, s:I}}", "ruleId", property->name, "ruleIndex",
        (int)(property - properties), "level", what->verdict == VERDICT_EQUAL ? "warning" : "error", "message", "text",
        *what->message ? what->message : property->claim, "partialFingerprints", "hardstop/v1", signature,
        "primaryLocationLineHash", hash, "properties", "verdict", verdict_name(what->verdict), "edit",
        edit_name(finding->edit), "value", finding->value, "offset", (json_int_t)finding->offset, "cells",
        (json_int_t)finding->cells));
    add_locations(audit, finding, result);
    return result;
}

static json_t *new_results(const struct audit *audit)
{
    json_t *results = json_array();

    for (size_t i = 0; i < audit->n_findings; i++) {
        json_array_append_new(results, new_result(audit, &audit->findings[i]));
    }
    return results;
}

/* Audits of several sections or framings are uploaded side by side: GitHub keeps one for each category. */
static json_t *new_category(const struct audit *audit)
{
    const Hardstop__Setup *setup = audit->setup;
    char *id = hs_format("hardstop/%s/%s/%s/", setup->machine ? setup->machine : "default",
                         setup_framing_name(setup), *audit->section ? audit->section : "stream");
    json_t *category;

    printable_make(id);
    category = packed(json_pack("{s:s}", "id", id));
    free(id);
    return category;
}

void sarif_print(FILE *out, const struct audit *audit)
{
    json_t *log = packed(json_pack(
        "{s:s, s:s, s:[{s:{s:{s:s, s:o}}, s:o, s:o}]}", "$schema", "https://json.schemastore.org/sarif-2.1.0.json",
        "version", "2.1.0", "runs", "tool", "driver", "name", "hardstop", "rules", new_rules(), "automationDetails",
        new_category(audit), "results", new_results(audit)));

    json_dumpf(log, out, JSON_INDENT(1));
    putc('\n', out);
    json_decref(log);
}

static void print_audit(FILE *out, const void *audit)
{
    sarif_print(out, audit);
}

int sarif_write(const char *path, const struct audit *audit, struct hs_error *err)
{
    return print_file(path, print_audit, audit, err);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SARIF has what GitHub code scanning demands of it: rules, and for each finding a place and a fingerprint. */
#include "support.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/report/audit_results.h"
#include "harness/report/sarif.h"
#include "sample_audit.h"

static json_t *parsed(const struct audit *audit)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct results results;
    json_error_t err;
    json_t *log;

    audit_results(audit, NULL, &results);
    sarif_print(out, &results);
    results_clear(&results);
    fclose(out);
    log = json_loadb(text, size, JSON_REJECT_DUPLICATES, &err);
    if (!log) {
        fail_msg("%s", err.text);
    }
    free(text);
    return log;
}

/* The value at a path of keys and indexes, "runs.0.results"; NULL where there is none. */
static const json_t *at(const json_t *value, const char *path)
{
    char copy[128], *rest = copy, *key;

    snprintf(copy, sizeof(copy), "%s", path);
    while (value && (key = strsep(&rest, "."))) {
        value = json_is_array(value) ? json_array_get(value, strtoul(key, NULL, 10)) : json_object_get(value, key);
    }
    return value;
}

static void assert_text(const json_t *value, const char *path, const char *text)
{
    const char *found = json_string_value(at(value, path));

    if (!found || (text ? strcmp(found, text) != 0 : !*found)) {
        fail_msg("%s is %s, not %s", path, found ? found : "missing", text ? text : "a text");
    }
}

static void properties_are_rules(void **state)
{
    struct audit audit = { 0 };
    json_t *log;
    const json_t *rules;
    size_t n = 0;

    (void)state;
    sample_audit(&audit);
    log = parsed(&audit);
    assert_text(log, "$schema", NULL);
    assert_text(log, "version", "2.1.0");
    assert_text(log, "runs.0.tool.driver.name", "hardstop");
    assert_text(log, "runs.0.automationDetails.id", "hardstop/s390-ccw-virtio/legacy/fe.0.0001/virtio-net/");
    rules = at(log, "runs.0.tool.driver.rules");
    for (; properties[n].name; n++) {
        const json_t *rule = json_array_get(rules, n);

        assert_text(rule, "id", properties[n].name);
        assert_text(rule, "shortDescription.text", properties[n].claim);
        assert_text(rule, "fullDescription.text", NULL);
        assert_text(rule, "help.text", NULL);
    }
    assert_int_equal(json_array_size(rules), n);
    json_decref(log);
    audit_clear(&audit);
}

static void findings_are_results_with_a_place_and_a_fingerprint(void **state)
{
    static const char *const numbers[] = { "startLine", "startColumn", "endLine", "endColumn" };
    struct audit audit = { 0 };
    json_t *log;
    const json_t *results;

    (void)state;
    sample_audit(&audit);
    log = parsed(&audit);
    results = at(log, "runs.0.results");
    assert_int_equal(json_array_size(results), audit.n_findings);
    for (size_t i = 0; i < audit.n_findings; i++) {
        const json_t *result = json_array_get(results, i);
        const json_t *region = at(result, "locations.0.physicalLocation.region");
        size_t rule = (size_t)json_integer_value(at(result, "ruleIndex"));

        assert_text(result, "ruleId", properties[rule].name);
        assert_text(result, "ruleId", audit.findings[i].finding.property);
        assert_text(result, "level", i == 3 ? "warning" : "error");
        assert_text(result, "message.text", audit.findings[i].finding.message);
        assert_text(result, "locations.0.physicalLocation.artifactLocation.uri", NULL);
        for (size_t j = 0; j < HS_COUNT(numbers); j++) {
            assert_true(json_integer_value(json_object_get(region, numbers[j])) >= 1);
        }
    }
    results = json_array_get(results, 0);
    assert_text(results, "locations.0.physicalLocation.artifactLocation.uri",
                "findings/76543210%20%3C%26%3E.textproto");
    assert_text(results, "locations.0.logicalLocations.0.fullyQualifiedName", "fe.0.0001/virtio-net/virtio.queue[]");
    assert_text(results, "partialFingerprints.hardstop/v1", "fedcba9876543210");
    assert_text(results, "partialFingerprints.primaryLocationLineHash", "fedcba9876543210:1");
    assert_text(results, "properties.verdict", "crashed");
    assert_text(results, "properties.edit", "insert");
    assert_int_equal(json_integer_value(at(results, "properties.offset")), 19);
    assert_int_equal(json_integer_value(at(results, "properties.cells")), 2);
    json_decref(log);
    audit_clear(&audit);
}

static void a_finding_may_lack_a_case_a_message_or_a_field(void **state)
{
    struct audit audit = { 0 };
    struct audit_finding finding = { .edit = EDIT_TRUNCATE, .value = "", .path = "", .cells = 1 };
    json_t *log;

    (void)state;
    sample_head(&audit, 8);
    audit.section = audit_keep(&audit, "");
    strcpy(finding.finding.property, "loader-answers");
    finding.finding.verdict = VERDICT_HUNG;
    audit_add_finding(&audit, &finding);
    finding.finding.signature = 1;
    finding.path = "/a/b\xc3\xa4 100%25~._-";
    audit_add_finding(&audit, &finding);
    finding.finding.signature = 2;
    strcpy(finding.finding.property, "of another hardstop");
    strcpy(finding.finding.source, "net/net.c:123");
    audit_add_finding(&audit, &finding);
    log = parsed(&audit);
    assert_null(at(log, "runs.0.results.0.locations.0.physicalLocation"));
    assert_text(log, "runs.0.results.0.locations.0.logicalLocations.0.fullyQualifiedName", "stream/end");
    assert_text(log, "runs.0.results.0.message.text", NULL);
    assert_text(log, "runs.0.results.1.locations.0.physicalLocation.artifactLocation.uri",
                "file:///a/b%C3%A4%20100%2525~._-");
    assert_null(at(log, "runs.0.results.1.relatedLocations"));
    /* Where the line of QEMU's source is known, that is the place, and the case is beside it. */
    assert_text(log, "runs.0.results.2.locations.0.physicalLocation.artifactLocation.uri", "net/net.c");
    assert_int_equal(json_integer_value(at(log, "runs.0.results.2.locations.0.physicalLocation.region.startLine")), 123);
    assert_text(log, "runs.0.results.2.relatedLocations.0.physicalLocation.artifactLocation.uri",
                "file:///a/b%C3%A4%20100%2525~._-");
    assert_text(log, "runs.0.results.2.ruleId", "unknown-property");
    assert_int_equal(json_array_size(at(log, "runs.0.tool.driver.rules")),
                     1 + json_integer_value(at(log, "runs.0.results.2.ruleIndex")));
    json_decref(log);
    audit_clear(&audit);
}

/* A command's own classes, which a test fills in. */
static json_t *log_of(struct results *results)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    json_t *log;

    sarif_print(out, results);
    fclose(out);
    log = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    free(text);
    results_clear(results);
    assert_non_null(log);
    return log;
}

static void classes_have_an_age_and_are_there_once(void **state)
{
    static const struct {
        enum result_age age;
        const char *state, *level;
    } rows[] = { { RESULT_NEW, "new", "error" }, { RESULT_KNOWN, "unchanged", "error" },
                 { RESULT_CHANGED, "updated", "error" }, { RESULT_FIXED, "absent", "none" } };
    struct results results;
    const json_t *list;
    json_t *log;

    (void)state;
    results_open(&results, "hardstop x");
    results_add_rule(&results, "of-our-own", "it holds");
    results_add_suite(&results, "a", "x/y", 0);
    for (size_t i = 0; i < 2 * HS_COUNT(rows); i++) {
        results_add_class(&results, &(struct result_class){
            .rule = "of-our-own", .signature = i % HS_COUNT(rows), .message = "m", .place = "p/q",
            .age = rows[i % HS_COUNT(rows)].age });
    }
    results_add_class(&results, &(struct result_class){ .rule = "loader-survives", .message = "m", .place = "p/q" });
    log = log_of(&results);
    list = at(log, "runs.0.results");
    assert_int_equal(json_array_size(list), HS_COUNT(rows) + 1);
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        assert_text(json_array_get(list, i), "baselineState", rows[i].state);
        assert_text(json_array_get(list, i), "level", rows[i].level);
        assert_int_equal(json_object_get(json_array_get(list, i), "kind") != NULL, rows[i].age == RESULT_FIXED);
    }
    assert_null(json_object_get(json_array_get(list, HS_COUNT(rows)), "baselineState"));
    assert_text(log, "runs.0.automationDetails.id", "hardstop/x/y/");
    assert_text(log, "runs.0.tool.driver.informationUri", NULL);
    assert_text(log, "runs.0.tool.driver.version", NULL);
    assert_null(at(log, "runs.0.invocations"));
    json_decref(log);
}

static void no_more_results_than_are_shown(void **state)
{
    struct results results;
    json_t *log;

    (void)state;
    results_open(&results, "hardstop x");
    results_add_suite(&results, "a", "x", 0);
    for (size_t i = 0; i < SARIF_MOST + 3; i++) {
        results_add_class(&results, &(struct result_class){ .rule = "loader-answers", .signature = i + 1,
                                                            .message = "m", .place = "p" });
    }
    log = log_of(&results);
    assert_int_equal(json_array_size(at(log, "runs.0.results")), SARIF_MOST);
    assert_text(log, "runs.0.invocations.0.toolExecutionNotifications.0.message.text",
                "3 more findings are left out");
    json_decref(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(properties_are_rules),
        cmocka_unit_test(findings_are_results_with_a_place_and_a_fingerprint),
        cmocka_unit_test(a_finding_may_lack_a_case_a_message_or_a_field),
        cmocka_unit_test(classes_have_an_age_and_are_there_once),
        cmocka_unit_test(no_more_results_than_are_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

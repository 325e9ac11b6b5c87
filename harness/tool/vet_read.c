/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One reader for each kind of step. */
#include "harness/tool/vet_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/audit/audit_json.h"
#include "harness/audit/gate.h"
#include "harness/base/alloc.h"
#include "harness/base/print.h"
#include "harness/finding/known.h"
#include "harness/report/gate_text.h"
#include "harness/report/meetings.h"
#include "harness/report/meetings_result.h"
#include "harness/tool/tool.h"

/* Takes `text`, which is to be freed. */
static void add(struct vet_step *step, char *text, uint64_t signature, bool is_worse)
{
    struct vet_finding *finding = HS_PUSH(step->findings, step->n_findings);

    finding->text = text;
    finding->signature = signature;
    finding->is_worse = is_worse;
    step->state = is_worse ? VET_WORSE : step->state;
}

static void fail(struct vet_step *step, const char *path, const char *why)
{
    vet_set_trouble(step, hs_format("%s: %s", path, why));
}

/* The reason names the file itself. */
static void fail_as(struct vet_step *step, const struct hs_error *err)
{
    vet_set_trouble(step, hs_strdup(err->text));
}

static bool has_objects(const json_t *array)
{
    size_t i;
    json_t *object;

    json_array_foreach (array, i, object) {
        if (!json_is_object(object)) {
            return false;
        }
    }
    return json_is_array(array);
}

/* An array of objects, as commands print it; NULL with the step's reason. */
static json_t *read_array(struct vet_step *step, const char *path)
{
    json_error_t why;
    json_t *array = json_load_file(path, 0, &why);

    if (!has_objects(array)) {
        fail(step, path, array ? "no JSON array of objects" : why.text);
        json_decref(array);
        return NULL;
    }
    return array;
}

static const char *word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

/* What a QEMU showed of a line of the list of known findings; NULL: nothing. */
static const json_t *shown_of(const json_t *line)
{
    return json_array_get(json_object_get(line, "qemu"), 0);
}

static const json_t *line_of_case(const json_t *lines, const char *name)
{
    size_t i;
    json_t *line;

    json_array_foreach (lines, i, line) {
        if (strcmp(word(line, "case"), name) == 0) {
            return line;
        }
    }
    return NULL;
}

static bool has_answer(const json_t *shown)
{
    return strcmp(word(shown, "state"), "not applicable") != 0 && strcmp(word(shown, "state"), "not tried") != 0;
}

/* It was gone, by the earlier QEMU or by what is recorded of this version, and is there. */
static bool came_back(const json_t *shown, const json_t *earlier)
{
    const json_t *before = earlier ? shown_of(earlier) : NULL;
    bool is_there = strcmp(word(shown, "state"), "confirmed") == 0;

    if (before && has_answer(before)) {
        return strcmp(word(before, "state"), "fixed") == 0 && strcmp(word(shown, "state"), "fixed") != 0 &&
               has_answer(shown);
    }
    return is_there && json_is_false(json_object_get(shown, "expected"));
}

static void read_known(const struct vet *vet, struct vet_step *step)
{
    json_t *lines = read_array(step, step->output), *earlier = NULL, *line;
    size_t applicable = 0, untried = 0, i;
    const char *why = "";

    (void)vet;
    if (lines && step->earlier) {
        earlier = read_array(step, step->earlier);
    }
    json_array_foreach (lines, i, line) {
        const json_t *shown = shown_of(line);
        const char *name = word(line, "case"), *state = word(shown, "state");
        uint64_t signature = strtoull(word(line, "signature"), NULL, 16);

        applicable += has_answer(shown);
        if (strcmp(state, "not tried") == 0) {
            why = untried++ ? why : word(shown, "words");
        }
        if (came_back(shown, line_of_case(earlier, name))) {
            add(step, hs_format("%s came back: %s", name, word(shown, "words")), signature, true);
        } else if (strcmp(state, "changed") == 0) {
            add(step, hs_format("%s shows something else: %s", name, word(shown, "words")), signature, false);
        }
    }
    if (untried) {
        add(step, hs_format("%zu not tried: %s", untried, why), 0, false);
    }
    if (lines && !applicable) {
        fail(step, step->output, "this QEMU has none of the machines and devices of the list");
    }
    json_decref(earlier);
    json_decref(lines);
}

static void read_meetings(const struct vet *vet, struct vet_step *step)
{
    json_t *results = read_array(step, step->output), *earlier = NULL, *result;
    struct meetings_counts counts;
    size_t i;

    (void)vet;
    if (results && step->earlier) {
        earlier = read_array(step, step->earlier);
    }
    json_array_foreach (results, i, result) {
        if (meetings_is_break(result, earlier)) {
            add(step, meetings_told(result), meetings_signature(result), true);
        }
    }
    if (results) {
        meetings_count(results, earlier, &counts);
        if (counts.unknown) {
            fail(step, step->output, "some states have no verdict");
        } else if (counts.equal + counts.broken + counts.known + counts.unpromised == 0) {
            fail(step, step->output, "no state was sent");
        }
    }
    json_decref(earlier);
    json_decref(results);
}

/* What fails of an audit beside an earlier one, as text. */
static void judge(struct vet_step *step, const struct audit *audit, const struct audit *earlier)
{
    struct baseline baseline = { 0 };
    struct gate gate = { 0 };
    struct print_memory memory;
    struct hs_error err;

    if (baseline_check(audit, earlier, &err) < 0 || baseline_compare(audit, earlier, &baseline, &err) < 0) {
        fail(step, step->earlier, err.text);
        return;
    }
    gate_judge(audit, GATE_ALL, &baseline, &gate);
    if (gate.n) {
        gate_text(print_open(&memory), audit, &gate, earlier->loader);
        add(step, print_close(&memory), XXH3_64bits(step->name, strlen(step->name)), true);
    }
    if (gate.unknown) {
        fail(step, step->output, "some damages have no verdict");
    }
    gate_clear(&gate);
    baseline_clear(&baseline);
}

static void read_audit(const struct vet *vet, struct vet_step *step)
{
    struct audit audit = { 0 }, earlier = { 0 };
    struct hs_error err;

    (void)vet;
    if (audit_json_read(step->output, &audit, &err) < 0 ||
        (step->earlier && audit_json_read(step->earlier, &earlier, &err) < 0)) {
        fail_as(step, &err);
    } else if (step->earlier) {
        judge(step, &audit, &earlier);
    } else {
        add(step, hs_format("%zu distinct findings; nothing to compare with", audit.n_findings), 0, false);
    }
    audit_clear(&audit);
    audit_clear(&earlier);
}

static void read_campaign(const struct vet *vet, struct vet_step *step)
{
    char *path = tool_corpus("known.tsv"), *folder = hs_format("%s/findings", step->folder);
    struct known known = { 0 };
    struct finding *findings = NULL;
    struct hs_error err = { 0 };
    size_t n = 0;

    if (!path || known_read(path, &known, &err) < 0) {
        fail(step, "known.tsv", path ? err.text : "is not where it belongs beside this command");
    } else if (!(findings = finding_read_all(folder, &n, &err))) {
        fail(step, folder, err.text);
    } else {
        finding_sort(findings, n);
    }
    for (size_t i = 0; i < n; i++) {
        const struct finding *finding = &findings[i];

        if (!known_of_signature(&known, finding->signature)) {
            add(step, hs_format("%s: %s, %s %s: %s", finding->property, verdict_name(finding->verdict),
                                finding->device, finding->field, finding->message), finding->signature,
                vet->campaign_fails);
        }
    }
    free(findings);
    known_clear(&known);
    free(folder);
    free(path);
}

void vet_read(const struct vet *vet, struct vet_step *step)
{
    static void (*const readers[VET_KINDS])(const struct vet *vet, struct vet_step *step) = {
        [VET_KNOWN] = read_known, [VET_OWN] = read_meetings, [VET_COMPAT] = read_meetings, [VET_AUDIT] = read_audit,
        [VET_CAMPAIGN] = read_campaign,
    };

    readers[step->kind](vet, step);
}

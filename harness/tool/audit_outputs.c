/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of an audit, and the last lines on the terminal: what fails. */
#include "harness/tool/audit_outputs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/print.h"
#include "harness/base/printable.h"
#include "harness/setup/framing.h"
#include "harness/audit/audit_differences.h"
#include "harness/audit/audit_json.h"
#include "harness/audit/audit_versions.h"
#include "harness/audit/gate.h"
#include "harness/judge/versions.h"
#include "harness/report/gate_text.h"
#include "harness/report/audit_results.h"
#include "harness/report/html/html.h"
#include "harness/report/junit.h"
#include "harness/report/messages.h"
#include "harness/report/sarif.h"
#include "harness/report/style.h"
#include "harness/report/verdict.h"

enum {
    KEY_JSON = 0x300,
    KEY_HTML,
    KEY_JUNIT,
    KEY_SARIF,
    KEY_FAIL_ON,
    KEY_BASELINE,
    KEY_ANY_BASELINE,
    KEY_BESIDE,
    KEY_MESSAGES,
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct audit_outputs *outputs = state->input;
    struct hs_error err;

    switch (key) {
    case KEY_JSON:
        outputs->json = value;
        return 0;
    case KEY_HTML:
        outputs->html = value;
        return 0;
    case KEY_JUNIT:
        outputs->junit = value;
        return 0;
    case KEY_SARIF:
        outputs->sarif = value;
        return 0;
    case KEY_FAIL_ON:
        if (gate_parse(value, &outputs->fail_on, &err) < 0) {
            argp_error(state, "--fail-on: %s", err.text);
        }
        return 0;
    case KEY_BASELINE:
        outputs->baseline_path = value;
        return 0;
    case KEY_ANY_BASELINE:
        outputs->any_baseline = true;
        return 0;
    case KEY_MESSAGES:
        outputs->messages = true;
        return 0;
    case KEY_BESIDE:
        outputs->beside_path = value;
        return 0;
    case ARGP_KEY_END:
        if (outputs->any_baseline && !outputs->baseline_path) {
            argp_error(state, "--any-baseline is for a --baseline");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp audit_outputs_argp = {
    .options = (const struct argp_option[]){
        { "json", KEY_JSON, "FILE", 0, "all cells, for scripts and as a later --baseline", 0 },
        { "html", KEY_HTML, "FILE", 0, "a report for people, in one file", 0 },
        { "junit", KEY_JUNIT, "FILE", 0, "JUnit XML: a test case for each kind of damage", 0 },
        { "sarif", KEY_SARIF, "FILE", 0, "SARIF 2.1.0: the distinct findings", 0 },
        { "messages", KEY_MESSAGES, NULL, 0, "print what refusals say, and which of section, device, field and reason "
                                             "that names; the worst first", 0 },
        { "fail-on", KEY_FAIL_ON, "LIST", 0, "of equal, garbage, crashed, hung: what fails when a damage that changes "
                                             "the length gives it (default: all of them); of other damages fail those "
                                             "that are findings", 0 },
        { "baseline", KEY_BASELINE, "FILE", 0, "the JSON of an earlier audit: only what is worse fails", 0 },
        { "any-baseline", KEY_ANY_BASELINE, NULL, 0, "also when the baseline is an audit of another QEMU, machine or "
                                                     "setup", 0 },
        { "beside", KEY_BESIDE, "FILE", 0, "the JSON of another audit, shown beside this one in the report (default: "
                                           "the baseline)", 0 },
        { 0 },
    },
    .parser = parse,
};

static int spare_inputs(const struct audit_outputs *outputs, const char *input, const char *output,
                        struct hs_error *err)
{
    const char *const inputs[] = { input, outputs->baseline_path, outputs->beside_path };

    for (size_t i = 0; output && i < HS_COUNT(inputs); i++) {
        bool may_be_renewed = i > 0 && output == outputs->json;

        if (inputs[i] && !may_be_renewed && file_is_one(inputs[i], output)) {
            return hs_fail(err, HS_NO_OFFSET, "%s: is read, so a result does not go there", output);
        }
    }
    return 0;
}

int audit_outputs_open(struct audit_outputs *outputs, const char *input, const char *work, struct hs_error *err)
{
    const char *const paths[] = { outputs->json, outputs->html, outputs->junit, outputs->sarif };

    outputs->fail_on = outputs->fail_on ? outputs->fail_on : GATE_ALL;
    for (size_t i = 0; i < HS_COUNT(paths); i++) {
        if (spare_inputs(outputs, input, paths[i], err) < 0) {
            return -1;
        }
    }
    if (tool_open_outputs(paths, HS_COUNT(paths), err) < 0) {
        return -1;
    }
    if (outputs->baseline_path && audit_json_read(outputs->baseline_path, &outputs->baseline, err) < 0) {
        return -1;
    }
    if (outputs->beside_path && audit_json_read(outputs->beside_path, &outputs->beside, err) < 0) {
        return -1;
    }
    audit_set_work(&outputs->beside, work);
    return 0;
}

int audit_outputs_check(const struct audit_outputs *outputs, const struct audit *audit, struct hs_error *err)
{
    char *differences;

    if (!outputs->baseline_path) {
        return 0;
    }
    if (baseline_check(audit, &outputs->baseline, err) < 0) {
        return hs_fail_in(err, "%s", outputs->baseline_path);
    }
    differences = outputs->any_baseline ? NULL : audit_setup_differences(audit, &outputs->baseline);
    if (!differences) {
        return 0;
    }
    hs_fail(err, HS_NO_OFFSET,
            "%s: the baseline is an audit of another setup: %s.  Make one of this setup (--json), or give "
            "--any-baseline, too", outputs->baseline_path, differences);
    free(differences);
    return -1;
}

int audit_outputs_check_cells(const struct audit_outputs *outputs, const struct audit *audit, struct hs_error *err)
{
    struct baseline baseline = { 0 };
    int result = outputs->baseline_path ? baseline_compare(audit, &outputs->baseline, &baseline, err) : 0;

    baseline_clear(&baseline);
    return result < 0 ? hs_fail_in(err, "%s", outputs->baseline_path) : 0;
}

/* Audits that differ in setup or choice can be put side by side: a reader must know in what they differ. */
static void print_differences(const char *path, const struct audit *audit, const struct audit *other)
{
    char *setup = audit_setup_differences(audit, other), *choice = audit_choice_differences(audit, other);

    if (setup || choice) {
        style_print(stdout, STYLE_BOLD, "Not the same was audited");
        printable_print(stdout, " as in %s: %s%s%s\n", path, setup ? setup : "", setup && choice ? "; " : "",
                        choice ? choice : "");
    }
    free(setup);
    free(choice);
}

void audit_outputs_close(struct audit_outputs *outputs)
{
    audit_clear(&outputs->baseline);
    audit_clear(&outputs->beside);
}

static const char *framing_label(const struct audit *audit)
{
    const struct setup_framing *framing = setup_framing_of(audit->setup);

    return framing ? framing->label : "as the machine has it";
}

const struct audit *audit_outputs_judged(const struct audit_outputs *outputs, const struct audit *audit)
{
    bool is_older = outputs->is_swept && versions_order(audit->loader, outputs->beside.loader) < 0;

    return is_older && !outputs->baseline_path ? &outputs->beside : audit;
}

/* `first` is the audit of the QEMU that was asked first. */
static int write_html(const struct audit_outputs *outputs, const struct audit *audit, const struct audit *first,
                      struct hs_error *err)
{
    const struct audit *other = audit != first                              ? first
                                : outputs->beside_path || outputs->is_swept ? &outputs->beside
                                : outputs->baseline_path                    ? &outputs->baseline
                                                                            : NULL;
    const char *labels[2] = { "before", "now" };

    if (other && other->setup->framing != audit->setup->framing) {
        labels[0] = framing_label(other);
        labels[1] = framing_label(audit);
    }
    if (outputs->is_swept) {
        labels[0] = other->loader;
        labels[1] = audit->loader;
    }
    /* The earlier one comes first. */
    return other ? html_write(outputs->html, other, audit, labels, err)
                 : html_write(outputs->html, audit, NULL, labels, err);
}

/* The distinct findings, with the commands that reproduce them. */
static void print_findings(const struct audit *audit)
{
    struct finding *findings = hs_alloc((audit->n_findings + 1) * sizeof(*findings));
    const char *path = audit->n_findings ? audit->findings[0].path : "", *slash = strrchr(path, '/');
    char *folder = hs_format("%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");

    for (size_t i = 0; i < audit->n_findings; i++) {
        findings[i] = audit->findings[i].finding;
    }
    verdict_findings(stdout, findings, audit->n_findings, folder, program_invocation_name, audit->setup);
    free(folder);
    free(findings);
}

static int write_results(const char *path, print_fn *print, const struct audit *audit, const struct gate *gate,
                         struct hs_error *err)
{
    struct results results;
    int result;

    audit_results(audit, gate, &results);
    result = print_file(path, print, &results, err);
    results_clear(&results);
    return result;
}

/* SARIF is written without the gate: a baseline that cannot be compared is no reason to lose it. */
static int write_files(const struct audit_outputs *outputs, const struct audit *audit, const struct audit *first,
                       struct hs_error *err)
{
    if ((outputs->json && audit_json_write(outputs->json, audit, err) < 0) ||
        (outputs->html && write_html(outputs, audit, first, err) < 0) ||
        (outputs->sarif && write_results(outputs->sarif, sarif_print, audit, NULL, err) < 0)) {
        return -1;
    }
    return 0;
}

/* Judges and says so; a baseline that has nothing in common with the audit is no reason to lose what was written. */
static int judge(const struct audit_outputs *outputs, const struct audit *audit, const struct audit *earlier,
                 const char *than, int *status, struct hs_error *err)
{
    struct baseline baseline = { 0 };
    struct gate gate = { 0 };
    int result = 0;

    if (earlier) {
        result = baseline_compare(audit, earlier, &baseline, err);
    }
    if (result == 0) {
        gate_judge(audit, outputs->fail_on, earlier ? &baseline : NULL, &gate);
        *status = gate_status(&gate);
        gate_text(stdout, audit, &gate, than);
        if (than) {
            messages_compared(stdout, audit, &baseline, than);
        }
    }
    if (result == 0 && outputs->junit) {
        result = write_results(outputs->junit, junit_print, audit, &gate, err);
    }
    gate_clear(&gate);
    baseline_clear(&baseline);
    return result;
}

static void print_versions(const struct audit_versions *versions)
{
    printf("%s and %s disagree on %" PRIu64 " of %" PRIu64 " damages: the newer is worse in %" PRIu64
           ", the older in %" PRIu64 ", and %" PRIu64 " leave other values\n", versions->older->loader,
           versions->newer->loader, versions->worse + versions->fixed + versions->other, versions->cells,
           versions->worse, versions->fixed, versions->other);
    for (size_t i = 0; i < versions->n; i++) {
        const struct audit_versions_field *field = &versions->fields[i];

        printf("  %s: %" PRIu64 " worse, %" PRIu64 " fixed since, %" PRIu64 " other\n", field->path, field->worse,
               field->fixed, field->other);
    }
}

/* The older QEMU's audit is the newer one's baseline, whichever was asked first; or there is another one. */
static int judge_versions(const struct audit_outputs *outputs, const struct audit *audit, int *status,
                          struct hs_error *err)
{
    struct audit_versions versions;
    int result = audit_versions_compare(audit, &outputs->beside, &versions, err);

    if (result == 0) {
        print_versions(&versions);
    }
    if (result == 0 && !outputs->baseline_path) {
        result = judge(outputs, versions.newer, versions.older, versions.older->loader, status, err);
    }
    audit_versions_clear(&versions);
    return result;
}

int audit_outputs_write(const struct audit_outputs *outputs, const struct audit *audit, int *status,
                        struct hs_error *err)
{
    const struct audit *judged = audit_outputs_judged(outputs, audit);

    if (write_files(outputs, judged, audit, err) < 0) {
        return -1;
    }
    if (outputs->messages) {
        messages_table(stdout, judged);
    }
    if (judged->n_findings) {
        print_findings(judged);
    }
    if (outputs->beside_path) {
        print_differences(outputs->beside_path, audit, &outputs->beside);
    }
    if (outputs->baseline_path) {
        print_differences(outputs->baseline_path, audit, &outputs->baseline);
    }
    if (outputs->is_swept && judge_versions(outputs, audit, status, err) < 0) {
        return -1;
    }
    if (outputs->is_swept && !outputs->baseline_path) {
        return 0;
    }
    return judge(outputs, audit, outputs->baseline_path ? &outputs->baseline : NULL,
                 outputs->baseline_path ? "the baseline" : NULL, status, err);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop check: a table of properties with what passed, failed and was skipped. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/print.h"
#include "harness/finding/examine.h"
#include "harness/report/style.h"
#include "harness/tool/outputs.h"
#include "harness/tool/program_option.h"
#include "harness/tool/session.h"

struct options {
    struct outputs outputs;
    struct file_options file;
    struct setup_options setup;
    const char *findings;
    unsigned places;
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->outputs;
        state->child_inputs[1] = &options->file;
        state->child_inputs[2] = &options->setup;
        return 0;
    case 'p':
        options->places = (unsigned)tool_number(value, 1, 1000000, state, "--places");
        return 0;
    case 'f':
        options->findings = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_check_argp = {
    .options = (const struct argp_option[]){
        { "places", 'p', "N", 0, "places per section and kind of damage, for a case that has no damage of its own "
                                 "(default 16)", 0 },
        { "findings", 'f', "FOLDER", 0, "save each distinct finding there, with its first case", 0 },
        { 0 },
    },
    .parser = parse,
    .args_doc = "FILE [-- QEMU_COMMAND_LINE]",
    .children = (const struct argp_child[]){
        { &outputs_argp, 0, NULL, 0 }, { &judged_argp, 0, NULL, 0 }, { &setup_argp, 0, NULL, 0 },
        { &program_beside_argp, 0, NULL, 0 }, { 0 },
    },
    .doc = "Judges all properties on a case.  A case without damages is judged as it is, then truncated, extended and "
           "shortened by a byte at places spread over its virtio sections.\v"
           "Exit status: 0 no finding; 1 a finding; 2 no verdict, or the stream itself is rejected.  The latter is a "
           "finding of a case that says it was captured, and with --captured.",
};

static void print_text(const struct examination *examination)
{
    if (examination->alone) {
        printf("a stream of %zu MiB: loaded as a whole undamaged; damaged are its device sections, loaded alone\n",
               examination->alone >> 20);
    }
    printf("%u case%s judged\n%-26s %6s %6s %6s\n", examination->judged, examination->judged == 1 ? "" : "s",
           "property", "pass", "fail", "skip");
    for (size_t i = 0; i < examination->n; i++) {
        const struct examine_tally *tally = &examination->tallies[i];

        printf("%-26s %6u ", tally->property->name, tally->passed);
        style_print(stdout, tally->failed ? STYLE_BAD : STYLE_PLAIN, "%6u", tally->failed);
        printf(" %6u\n", tally->skipped);
        if (tally->failed) {
            printf("    first: %s in %s %s: %s\n", verdict_name(tally->first.verdict), tally->first.device,
                   tally->first.field, tally->first.message);
        }
    }
}

static json_t *json_of(const struct examination *examination)
{
    json_t *list = json_array();
    json_t *root = json_pack("{s:i, s:I, s:b, s:o}", "version", 1, "judged", (json_int_t)examination->judged,
                             "damaged_alone", (int)(examination->alone != 0), "properties", list);

    for (size_t i = 0; i < examination->n; i++) {
        const struct examine_tally *tally = &examination->tallies[i];

        json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I, s:s, s:s, s:s}", "property", tally->property->name,
                                              "pass", (json_int_t)tally->passed, "fail", (json_int_t)tally->failed,
                                              "skip", (json_int_t)tally->skipped, "device", tally->first.device,
                                              "field", tally->first.field, "message", tally->first.message));
    }
    return root;
}

/* The distinct findings of one property, in lines; free it. */
static char *findings_of(const struct examination *examination, const struct property *property)
{
    struct print_memory memory;

    print_open(&memory);
    for (size_t i = 0; i < examination->n_findings; i++) {
        const struct finding *finding = &examination->findings[i].finding;

        if (strcmp(finding->property, property->name) == 0) {
            fprintf(memory.out, "%016" PRIx64 " %s in %s %s: %s\n", finding->signature,
                    verdict_name(finding->verdict), finding->device, finding->field, finding->message);
        }
    }
    return print_close(&memory);
}

static void add_test(const struct examination *examination, const struct examine_tally *tally,
                     struct results *results)
{
    char *text = tally->failed ? findings_of(examination, tally->property) : NULL;
    char *message = tally->failed   ? hs_format("%u of %u cases: %s", tally->failed, tally->failed + tally->passed,
                                                tally->first.message)
                    : tally->passed ? NULL
                                    : hs_strdup("nothing to judge");

    results_add_test(results, &(struct result_test){
        .group = results->suites[0].name, .name = tally->property->name,
        .state = tally->failed ? RESULT_FAILED : tally->passed ? RESULT_PASSED : RESULT_SKIPPED,
        .type = tally->failed ? verdict_name(tally->first.verdict) : NULL, .message = message, .text = text,
        .seconds = tally->seconds,
    });
    free(message);
    free(text);
}

static void make_results(const struct options *options, const struct examination *examination,
                         struct results *results)
{
    const char *slash = strrchr(options->file.path, '/'), *name = slash ? slash + 1 : options->file.path;
    char *category = hs_format("check/%s", name);

    results_open(results, "hardstop check");
    results_add_suite(results, options->file.path, category, examination->seconds);
    for (size_t i = 0; i < examination->n; i++) {
        add_test(examination, &examination->tallies[i], results);
    }
    for (size_t i = 0; i < examination->n_findings; i++) {
        const struct finding *finding = &examination->findings[i].finding;
        char *path = options->findings ? finding_case_path(options->findings, finding) : NULL;

        results_add_finding(results, finding, path ? path : options->file.path, RESULT_AGE_UNKNOWN, NULL);
        free(path);
    }
    free(category);
}

static int save(const struct examination *examination, const char *folder, struct hs_error *err)
{
    int result = file_make_folder(folder, err);

    for (size_t i = 0; i < examination->n_findings && result >= 0; i++) {
        result = finding_save(folder, &examination->findings[i].finding, examination->findings[i].test, err);
    }
    return result;
}

static int report(const struct options *options, const struct examination *examination, struct hs_error *err)
{
    struct results results;
    unsigned failed = 0;
    int result;

    if (outputs_has_text(&options->outputs)) {
        print_text(examination);
    }
    make_results(options, examination, &results);
    result = outputs_write(&options->outputs, options->outputs.json ? json_of(examination) : NULL, &results, err);
    results_clear(&results);
    if (result < 0) {
        return tool_fail(err);
    }
    for (size_t i = 0; i < examination->n; i++) {
        failed += examination->tallies[i].failed;
    }
    if (options->findings && save(examination, options->findings, err) < 0) {
        return tool_fail(err);
    }
    return failed ? TOOL_FINDING : TOOL_CLEAN;
}

int command_check(int argc, char **argv)
{
    struct options options = { .places = 16 };
    struct examination examination = { .n = 0 };
    struct session session = { 0 };
    struct hs_error err;
    int status;

    command_line_parse(&command_check_argp, argc, argv, &options);
    if (outputs_open(&options.outputs, NULL, 0, &err) < 0 ||
        session_open(&session, &options.file, &options.setup, &err) < 0 ||
        examine(&session.oracle, session.test, options.places, &examination, &err) < 0) {
        status = tool_fail(&err);
    } else {
        status = report(&options, &examination, &err);
    }
    examination_clear(&examination);
    session_close(&session);
    tool_clear_setup(&options.setup);
    return status;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop check: a table of properties with what passed, failed and was skipped. */
#include <stdio.h>

#include "harness/base/file.h"
#include "harness/finding/examine.h"
#include "harness/report/style.h"
#include "harness/tool/session.h"

struct options {
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
        state->child_inputs[0] = &options->file;
        state->child_inputs[1] = &options->setup;
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
    .children = judge_children,
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

static void print_json(const struct examination *examination)
{
    json_t *list = json_array();
    json_t *root = json_pack("{s:I, s:b, s:o}", "judged", (json_int_t)examination->judged, "damaged_alone",
                             (int)(examination->alone != 0), "properties", list);

    for (size_t i = 0; i < examination->n; i++) {
        const struct examine_tally *tally = &examination->tallies[i];

        json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I, s:s, s:s, s:s}", "property", tally->property->name,
                                              "pass", (json_int_t)tally->passed, "fail", (json_int_t)tally->failed,
                                              "skip", (json_int_t)tally->skipped, "device", tally->first.device,
                                              "field", tally->first.field, "message", tally->first.message));
    }
    tool_print_json(root);
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
    unsigned failed = 0;

    (options->file.json ? print_json : print_text)(examination);
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
    if (session_open(&session, &options.file, &options.setup, &err) < 0 ||
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop repro: a case once more, in-process and, to confirm it, on an unmodified QEMU. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/printable.h"
#include "harness/case/complete.h"
#include "harness/setup/roster.h"
#include "harness/loader/qemu/capture.h"
#include "harness/loader/qemu/confirm.h"
#include "harness/report/style.h"
#include "harness/report/verdict.h"
#include "harness/tool/tool.h"

struct options {
    struct file_options file;
    struct setup_options setup;
    const char *output;
    bool confirm;
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->file;
        state->child_inputs[1] = &options->setup;
        return 0;
    case 'c':
        options->confirm = true;
        return 0;
    case 'o':
        options->output = value;
        return 0;
    case 't':
        if (!roster_has(value)) {
            argp_error(state, "--target takes one of hardstop fuzz --list, not \"%s\"", value);
        }
        options->file.target = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = (const struct argp_option[]){
        { "confirm", 'c', NULL, 0, "show the finding on an unmodified QEMU started with -incoming, and print that "
                                   "command line", 0 },
        { "target", 't', "TARGET", 0, "FILE is an input of that fuzz target, a case or not, such as a crash file of "
                                       "the engine", 0 },
        { "output", 'o', "FILE", 0, "where --confirm writes the complete stream (default: the case's name with .mig)",
          0 },
        { 0 },
    },
    .parser = parse,
    .args_doc = "FILE",
    .children = judge_children,
    .doc = "Replays a case, or a file that a fuzz target left, and says which property it breaks.\v"
           "Exit status: 0 no finding, or not confirmed; 1 a finding, confirmed if that was asked; 2 no verdict.",
};

/* What the unmodified QEMU did with the damaged stream, and with the undamaged one. */
struct confirmation {
    struct confirm_result actual, reference;
    char *path;
    bool confirmed;
    const char *why;
};

static char *output_path(const struct options *options)
{
    const char *slash = strrchr(options->file.path, '/');
    const char *dot = strrchr(slash ? slash : options->file.path, '.');

    if (options->output) {
        return hs_strdup(options->output);
    }
    return hs_format("%.*s.mig", (int)(dot ? (size_t)(dot - options->file.path) : strlen(options->file.path)),
                     options->file.path);
}

/* Is one of the fields that differ in-process among those that differ here?  Clocks alone are no confirmation. */
static bool shares_a_field(const struct state_comparison *one, const struct state_comparison *other)
{
    for (size_t i = 0; i < one->n && i < STATE_DIFFERENCES; i++) {
        for (size_t k = 0; k < other->n && k < STATE_DIFFERENCES; k++) {
            if (strcmp(one->differences[i].idstr, other->differences[k].idstr) == 0 &&
                strcmp(one->differences[i].path, other->differences[k].path) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void judge_states(const struct judgement *judgement, struct confirmation *confirmation)
{
    struct state_comparison comparison = { .n = 0 };
    const struct confirm_result *actual = &confirmation->actual, *reference = &confirmation->reference;
    bool done;

    if (judgement->resave.n) {
        done = state_compare_bytes(judgement->damaged.data, judgement->damaged.size, actual->saved, actual->saved_size,
                                   STATE_GIVEN, &comparison);
        confirmation->confirmed = done && shares_a_field(&judgement->resave, &comparison);
        confirmation->why = "accepted, and a field is not saved as given";
    } else if (judgement->verdict == VERDICT_GARBAGE) {
        done = state_compare_bytes(reference->saved, reference->saved_size, actual->saved, actual->saved_size,
                                   STATE_WHOLE, &comparison);
        confirmation->confirmed = done && shares_a_field(&judgement->garbage, &comparison);
        confirmation->why = "accepted, with fields unlike those of the undamaged stream";
    } else {
        confirmation->confirmed = true;
        confirmation->why = "accepted, though damaged";
    }
}

static void judge_outcome(const struct judgement *judgement, struct confirmation *confirmation)
{
    enum outcome outcome = confirmation->actual.outcome;

    confirmation->confirmed = outcome == judgement->actual.answer.outcome;
    confirmation->why = outcome_name(outcome);
    if (confirmation->confirmed && outcome == OUTCOME_ACCEPTED) {
        judge_states(judgement, confirmation);
    }
}

static int run_unmodified(const struct judgement *judgement, const Hardstop__Stream *captured,
                          const struct builder *bytes, const char *path, struct confirm_result *result,
                          struct hs_error *err)
{
    const Hardstop__Case *test = judgement->test;
    struct builder whole = { 0 };
    int status;

    status = complete_stream(test, bytes, captured, bytes == &judgement->damaged && judgement->effect.truncated, &whole,
                             err);
    status = status < 0 ? status : file_write(path, whole.data, whole.size, err);
    builder_clear(&whole);
    return status < 0 ? -1 : confirm_run(test->setup, path, 0, result, err);
}

static int confirm(const struct judgement *judgement, struct confirmation *confirmation, struct hs_error *err)
{
    Hardstop__Stream *captured;
    uint8_t *bytes = NULL;
    size_t size;
    int result;

    if (capture_stream(judgement->test->setup, &bytes, &size, err) < 0) {
        return hs_fail_in(err, "no complete stream to put the case into");
    }
    captured = stream_decode(bytes, size, STREAM_ANY, err);
    free(bytes);
    if (!captured) {
        return hs_fail_in(err, "the complete stream that was captured");
    }
    /* The reference first, so that the file that stays is the damaged one. */
    result = run_unmodified(judgement, captured, &judgement->plain.out, confirmation->path, &confirmation->reference,
                            err);
    if (result == 0) {
        result = run_unmodified(judgement, captured, &judgement->damaged, confirmation->path, &confirmation->actual,
                                err);
    }
    if (result == 0) {
        judge_outcome(judgement, confirmation);
    }
    hardstop__stream__free_unpacked(captured, NULL);
    return result;
}

static void print_confirmation(const struct confirmation *confirmation)
{
    const struct confirm_result *actual = &confirmation->actual;

    style_print(stdout, confirmation->confirmed ? STYLE_BAD : STYLE_GOOD, "%s",
                confirmation->confirmed ? "CONFIRMED" : "not confirmed");
    printf(" on an unmodified QEMU: %s%s%s\n", confirmation->why, actual->signal ? ", " : "",
           actual->signal ? loader_signal_name(actual->signal) : "");
    for (const char *line = actual->text; line && *line;) {
        size_t length = strcspn(line, "\n");

        fputs("  | ", stdout);
        printable_write(stdout, line, length);
        putchar('\n');
        line += length + (line[length] == '\n');
    }
    printf("  %s\n", actual->command_line);
}

static void print_text(const struct judgement *judgement, const struct finding *finding)
{
    for (size_t i = 0; i < judgement->test->n_damage; i++) {
        char *text = damage_text(judgement->test->damage[i]);

        printf("%s\n", text);
        free(text);
    }
    verdict_text(stdout, judgement);
    if (*finding->property) {
        style_print(stdout, STYLE_BAD, "finding");
        printf(" %016lx: %s does not hold: %s\n", (unsigned long)finding->signature, finding->property,
               finding->message);
    } else {
        style_print(stdout, STYLE_GOOD, "no finding\n");
    }
}

static void print_json(const struct judgement *judgement, const struct finding *finding,
                       const struct confirmation *confirmation)
{
    json_t *json = verdict_json(judgement);

    json_object_set_new(json, "property", *finding->property ? json_string(finding->property) : json_null());
    if (confirmation->actual.command_line) {
        json_object_set_new(json, "confirmed", json_boolean(confirmation->confirmed));
        json_object_set_new(json, "command_line", json_string(confirmation->actual.command_line));
    }
    tool_print_json(json);
}

static int reproduce(const struct options *options, const struct judgement *judgement, struct hs_error *err)
{
    struct confirmation confirmation = { .path = output_path(options) };
    struct finding finding = { .property = "" };
    bool found = finding_of(judgement, &finding);
    int status = found ? TOOL_FINDING : TOOL_CLEAN;

    if (!options->file.json) {
        print_text(judgement, &finding);
    }
    if (found && options->confirm) {
        fflush(stdout);
        if (confirm(judgement, &confirmation, err) < 0) {
            status = tool_fail(err);
        } else {
            status = confirmation.confirmed ? TOOL_FINDING : TOOL_CLEAN;
            if (!options->file.json) {
                print_confirmation(&confirmation);
            }
        }
    }
    if (options->file.json && status != TOOL_TROUBLE) {
        print_json(judgement, &finding, &confirmation);
    }
    confirm_result_clear(&confirmation.actual);
    confirm_result_clear(&confirmation.reference);
    free(confirmation.path);
    return status;
}

int command_repro(int argc, char **argv)
{
    struct options options = { 0 };
    struct judgement judgement = { 0 };
    struct session session = { .oracle.repeat = true };
    struct hs_error err;
    int status;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (session_open(&session, &options.file, &options.setup, &err) < 0 ||
        oracle_judge(&session.oracle, session.test, &judgement, &err) < 0) {
        status = tool_fail(&err);
    } else {
        status = reproduce(&options, &judgement, &err);
    }
    judgement_clear(&judgement);
    session_close(&session);
    tool_clear_setup(&options.setup);
    return status;
}

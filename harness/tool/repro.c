/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop repro: a case once more, in-process and, to confirm it, on an unmodified QEMU. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/printable.h"
#include "harness/case/complete.h"
#include "harness/case/halt.h"
#include "harness/case/pokes.h"
#include "harness/setup/roster.h"
#include "harness/loader/capture.h"
#include "harness/finding/confirmation.h"
#include "harness/report/style.h"
#include "harness/report/verdict.h"
#include "harness/tool/session.h"

#define CONFIRM_FOLDER "work/confirm"

enum {
    KEY_BISECT = 0x200,
    UNTESTABLE = 125, /* what git bisect run leaves out */
};

struct options {
    struct file_options file;
    struct setup_options setup;
    const char *output;
    bool confirm, bisect;
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
    case KEY_BISECT:
        options->bisect = true;
        argp_err_exit_status = UNTESTABLE;
        return 0;
    case 't':
        if (!roster_has(value)) {
            argp_error(state, "--target takes one of hardstop fuzz --list, not \"%s\"", value);
        }
        options->file.target = value;
        return 0;
    case ARGP_KEY_END:
        if (options->output && !options->confirm) {
            argp_error(state, "--output is for --confirm");
        }
        if (options->output && options->file.json && file_is_stdout(options->output)) {
            argp_error(state, "--json and --output both want standard output");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_repro_argp = {
    .options = (const struct argp_option[]){
        { "confirm", 'c', NULL, 0, "show the finding on an unmodified QEMU started with -incoming, and print that "
                                   "command line", 0 },
        { "bisect", KEY_BISECT, NULL, 0, "for git bisect run: exit status 125, not 2, where there is no verdict, and "
                                         "where the stream is refused undamaged, too", 0 },
        { "target", 't', "TARGET", 0, "FILE is an input of that fuzz target, a case or not, such as a crash file of "
                                       "the engine", 0 },
        { "output", 'o', "FILE", 0, "where --confirm writes the complete stream, guest RAM and firmware included "
                                    "(default: " CONFIRM_FOLDER "/NAME.mig)", 0 },
        { 0 },
    },
    .parser = parse,
    .args_doc = "FILE [-- QEMU_COMMAND_LINE]",
    .children = judge_children,
    .doc = "Replays a case, or a file that a fuzz target left, and says which property it breaks.\v"
           "Exit status: 0 no finding, or not confirmed; 1 a finding, confirmed if that was asked; 2 no verdict (with "
           "--bisect 125).",
};

/* What the unmodified QEMU did with the damaged stream, and with the undamaged one. */
struct evidence {
    struct confirm_result actual, reference, fresh[2];
    struct confirmation confirmation;
    char *acts; /* the file of what its guest was made to do, or NULL */
};

/* Where the complete stream goes: to a file, for QEMU to read, and where what was named is none, there, too. */
struct places {
    char *file;
    bool is_ours; /* the file's name, which nobody gave us */
    const char *copy; /* or NULL */
    char *acts; /* the file of what the guest was made to do */
};

/* Not beside the case: the stream holds guest RAM and firmware, which nobody should commit by mistake. */
static char *default_path(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');

    return hs_format(CONFIRM_FOLDER "/%.*s.mig", dot ? (int)(dot - name) : (int)strlen(name), name);
}

static int find_places(const struct options *options, struct places *places, struct hs_error *err)
{
    bool is_file = options->output && file_is_regular(options->output);

    places->is_ours = !is_file;
    places->copy = is_file ? NULL : options->output;
    places->file = is_file ? hs_strdup(options->output) : default_path(options->file.path);
    places->acts = hs_format("%s.qtest", places->file);
    if (options->confirm &&
        (file_is_one(places->file, options->file.path) || file_is_one(places->acts, options->file.path))) {
        return hs_fail(err, HS_NO_OFFSET, "%s: is read; --output names another place for the complete stream",
                       options->file.path);
    }
    return tool_open_outputs(&options->output, 1, err);
}

/* What is to be shown by an unmodified QEMU. */
struct subject {
    const struct judgement *judgement;
    enum trust trust;
    const Hardstop__Stream *captured;
    const struct places *places;
    bool is_of_reset;
};

static int run_unmodified(const struct subject *subject, const struct builder *bytes, const char *copy,
                          struct confirm_result *result, struct hs_error *err)
{
    const struct judgement *judgement = subject->judgement;
    const struct places *places = subject->places;
    const struct loader_answer *answer = &judgement->actual.answer;
    Hardstop__Case test = *judgement->test;
    bool is_given = bytes == &judgement->damaged, is_reference = bytes == &judgement->plain.out;
    /* A limit that was hit is part of the finding; where none was, the QEMU has none. */
    const struct confirm_limits limits = {
        .timeout_ms = answer->timeout_ms,
        .pokes = !is_reference || !judgement->is_damaged ? case_pokes(&test) : 0,
        .unsaved = !is_reference && subject->is_of_reset,
        .memory = judgement_ran_out_of_memory(judgement) ? answer->memory_limit : 0,
    };
    struct builder whole = { 0 }, devices = { 0 };
    int status;

    if (!is_given && !is_reference) {
        /* Whatever the case is, these bytes are of devices alone. */
        test.has_whole = test.whole = false;
        test.stream = NULL;
    }
    if (test.n_poke && !case_is_whole(&test)) {
        halt_processors(subject->captured, &devices);
    }
    builder_put(&devices, bytes->data, bytes->size);
    status = complete_stream(&test, &devices, subject->captured, is_given && judgement->effect.truncated, &whole, err);
    if (status == 0) {
        status = (places->is_ours ? file_write_own : file_write)(places->file, whole.data, whole.size, err);
    }
    status = status < 0 || !copy ? status : file_write(copy, whole.data, whole.size, err);
    builder_clear(&devices);
    builder_clear(&whole);
    return status < 0 ? -1 : confirm_run(test.setup, subject->trust, places->file, &limits, result, err);
}

/* Beside the stream, for those who want to do the same. */
static int write_acts(const struct places *places, struct evidence *evidence, struct hs_error *err)
{
    const struct builder *acts = &evidence->actual.acts;

    if (!acts->size) {
        return 0;
    }
    evidence->acts = hs_strdup(places->acts);
    return (places->is_ours ? file_write_own : file_write)(evidence->acts, acts->data, acts->size, err);
}

static int confirm(const struct judgement *judgement, enum trust trust, const struct places *places,
                   struct evidence *evidence, struct hs_error *err)
{
    Hardstop__Stream *captured = capture_decoded(judgement->test->setup, trust, err);
    const struct subject subject = { judgement, trust, captured, places, confirmation_wants_fresh(judgement) };
    const struct builder nothing = { .data = loader_nothing, .size = sizeof(loader_nothing) };
    int result;

    if (!captured) {
        return hs_fail_in(err, "no complete stream to put the case into");
    }
    /* The others first, so that the file that stays is the damaged one. */
    result = run_unmodified(&subject, &judgement->plain.out, NULL, &evidence->reference, err);
    for (int i = 0; i < 2 && result == 0 && subject.is_of_reset; i++) {
        result = run_unmodified(&subject, &nothing, NULL, &evidence->fresh[i], err);
    }
    result = result < 0 ? result : run_unmodified(&subject, &judgement->damaged, places->copy, &evidence->actual, err);
    result = result < 0 ? result : write_acts(places, evidence, err);
    if (result == 0) {
        evidence->confirmation = confirmation_of(judgement, &evidence->actual, &evidence->reference, evidence->fresh);
    }
    stream_free(captured);
    return result;
}

/* Of a finding of two QEMUs each has to do what it did here: `evidence` is of both, else the second stays empty. */
static int confirm_all(const struct judgement *judgement, const struct finding *finding, enum trust trust,
                       const struct places *places, struct evidence evidence[2], struct hs_error *err)
{
    struct judgement alone = *judgement;
    struct places other = { .is_ours = places->is_ours };
    int result;

    alone.beside = NULL;
    result = confirm(&alone, trust, places, &evidence[0], err);
    if (result == 0 && strcmp(finding->property, PROPERTY_VERSIONS) == 0) {
        /* What surrounds the case there is that QEMU's own. */
        other.file = hs_format("%s.beside", places->file);
        other.acts = hs_format("%s.qtest", other.file);
        result = confirm(judgement->beside, trust | TRUST_BINARY, &other, &evidence[1], err);
        free(other.file);
        free(other.acts);
    }
    return result;
}

static bool has_second(const struct evidence evidence[2])
{
    return evidence[1].actual.command_line != NULL;
}

static bool is_confirmed(const struct evidence evidence[2])
{
    return evidence[0].confirmation.confirmed && (!has_second(evidence) || evidence[1].confirmation.confirmed);
}

/* How long it is, with its end. */
static size_t last_line(const struct builder *lines)
{
    const uint8_t *before = lines->size > 1 ? memrchr(lines->data, '\n', lines->size - 1) : NULL;

    return before ? (size_t)(lines->data + lines->size - before - 1) : lines->size;
}

static void print_confirmation(const struct evidence *evidence, const char *which)
{
    const struct confirm_result *actual = &evidence->actual;
    bool confirmed = evidence->confirmation.confirmed;
    char words[LOADER_REPORT_WORDS];

    loader_report_words(&actual->report, words, sizeof(words));
    style_print(stdout, confirmed ? STYLE_BAD : STYLE_GOOD, "%s", confirmed ? "CONFIRMED" : "not confirmed");
    printf(" on an unmodified %s: %s%s%s%s%s\n", which, evidence->confirmation.why, actual->hang ? ", it " : "",
           actual->hang ? hang_name(actual->hang) : "", actual->signal ? ", " : "",
           actual->signal ? loader_signal_name(actual->signal) : "");
    if (*words) {
        printable_print(stdout, "  a sanitizer's report: %s\n", words);
    }
    for (const char *line = actual->text; line && *line;) {
        size_t length = strcspn(line, "\n");

        fputs("  | ", stdout);
        printable_write(stdout, line, length);
        putchar('\n');
        line += length + (line[length] == '\n');
    }
    printf("  %s\n", actual->command_line);
    if (actual->commands && *actual->commands) {
        printf("  and then, by QMP: %s\n", actual->commands);
    }
    if (evidence->acts) {
        printf("  with -qtest, each line of %s, the last: %.*s", evidence->acts, (int)last_line(&actual->acts),
               (const char *)actual->acts.data + actual->acts.size - last_line(&actual->acts));
    }
}

static void print_text(const struct judgement *judgement, const struct finding *finding)
{
    for (size_t i = 0; i < judgement->test->n_damage; i++) {
        char *text = damage_text(judgement->test->damage[i]);

        printf("%s\n", text);
        free(text);
    }
    verdict_text(stdout, judgement);
    verdict_finding(stdout, finding);
}

static void print_json(const struct judgement *judgement, const struct finding *finding,
                       const struct evidence evidence[2])
{
    json_t *json = verdict_finding_json(judgement, finding);

    if (evidence[0].actual.command_line) {
        json_object_set_new(json, "confirmed", json_boolean(is_confirmed(evidence)));
        json_object_set_new(json, "command_line", json_string(evidence[0].actual.command_line));
        json_object_set_new(json, "commands", json_string(evidence[0].actual.commands));
        json_object_set_new(json, "acts", evidence[0].acts ? json_string(evidence[0].acts) : json_null());
    }
    if (has_second(evidence)) {
        json_object_set_new(json, "command_line_beside", json_string(evidence[1].actual.command_line));
    }
    tool_print_json(json);
}

static int make_folder(const struct options *options, const struct places *places, struct hs_error *err)
{
    return options->output && !places->copy ? 0 : file_make_folder(CONFIRM_FOLDER, err);
}

static void print_confirmations(const struct judgement *judgement, const struct evidence evidence[2])
{
    print_confirmation(&evidence[0], has_second(evidence) ? judgement->loader : "QEMU");
    if (has_second(evidence)) {
        print_confirmation(&evidence[1], judgement->beside->loader);
    }
}

static int reproduce(const struct options *options, const struct places *places, const struct judgement *judgement,
                     enum trust trust, struct hs_error *err)
{
    struct evidence evidence[2] = { { .confirmation.why = "" }, { .confirmation.why = "" } };
    struct finding finding = { .property = "" };
    bool found = finding_of(judgement, &finding);
    int status = found ? TOOL_FINDING : TOOL_CLEAN;

    if (!options->file.json) {
        print_text(judgement, &finding);
    }
    if (found && options->confirm) {
        fflush(stdout);
        if (make_folder(options, places, err) < 0 ||
            confirm_all(judgement, &finding, trust, places, evidence, err) < 0) {
            status = tool_fail(err);
        } else {
            status = is_confirmed(evidence) ? TOOL_FINDING : TOOL_CLEAN;
            if (!options->file.json) {
                print_confirmations(judgement, evidence);
            }
        }
    }
    if (options->file.json && status != TOOL_TROUBLE) {
        print_json(judgement, &finding, evidence);
    }
    for (size_t i = 0; i < 2; i++) {
        confirm_result_clear(&evidence[i].actual);
        confirm_result_clear(&evidence[i].reference);
        confirm_result_clear(&evidence[i].fresh[0]);
        confirm_result_clear(&evidence[i].fresh[1]);
        free(evidence[i].acts);
    }
    return status;
}

/* A build that refuses what was captured, or does not take what was damaged, says nothing of the finding. */
static int for_bisect(const struct judgement *judgement, int status)
{
    enum outcome reference = judgement->reference.answer.outcome;

    return status == TOOL_TROUBLE || (judgement->is_damaged && reference != OUTCOME_ACCEPTED) ||
                   (judgement->is_captured && reference == OUTCOME_REJECTED)
               ? UNTESTABLE
               : status;
}

int command_repro(int argc, char **argv)
{
    struct options options = { 0 };
    struct judgement judgement = { 0 };
    struct session session = { .oracle.repeat = true };
    struct places places;
    struct hs_error err;
    int status;

    command_line_parse(&command_repro_argp, argc, argv, &options);
    if (find_places(&options, &places, &err) < 0 ||
        session_open(&session, &options.file, &options.setup, &err) < 0 ||
        oracle_judge(&session.oracle, session.test, &judgement, &err) < 0) {
        status = tool_fail(&err);
    } else {
        options.confirm = options.confirm && session_has_qemu(&session);
        status = reproduce(&options, &places, &judgement, session.trust, &err);
    }
    status = options.bisect ? for_bisect(&judgement, status) : status;
    judgement_clear(&judgement);
    session_close(&session);
    free(places.file);
    free(places.acts);
    tool_clear_setup(&options.setup);
    return status;
}

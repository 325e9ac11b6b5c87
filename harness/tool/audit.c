/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop audit: does every damage at every byte of a section, and reports which of them the loader let pass. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/printable.h"
#include "harness/judge/beside.h"
#include "harness/report/heatmap.h"
#include "harness/setup/program.h"
#include "harness/setup/setup.h"
#include "harness/tool/audit_outputs.h"
#include "harness/tool/program_option.h"
#include "harness/tool/sweep_run.h"

enum {
    MAX_VALUES = 1024,
    KEY_EDITS = 0x200,
    KEY_VALUES,
    KEY_LENGTHS,
    KEY_ELEMENTS,
    KEY_SECTION,
    KEY_WHOLE,
    KEY_JOBS,
    KEY_TIMEOUT,
    KEY_WORK,
};

struct options {
    struct setup_options setup;
    struct audit_outputs outputs;
    const char *path;
    const char *section;
    const char *work;
    const char *beside; /* a second QEMU, or NULL */
    bool whole;
    unsigned jobs;
    uint32_t timeout_ms;
    struct edit_choice choice; /* its values are these: */
    struct edit_value values[MAX_VALUES];
};

static void take_edit(const char *word, struct argp_state *state)
{
    struct options *options = state->input;
    enum edit edit = edit_of_name(word);

    if (edit == EDIT_MAX) {
        argp_error(state, "--edits takes %s, not \"%s\"", edit_names(edit_all(), ", "), word);
    }
    options->choice.edits |= 1u << edit;
}

static void take_length(const char *word, struct argp_state *state)
{
    struct options *options = state->input;
    options->choice.lengths |= 1u << (tool_number(word, 1, 8, state, "--lengths") - 1);
}

static void add_value(struct options *options, const struct edit_value *value, struct argp_state *state)
{
    if (options->choice.n_values == MAX_VALUES) {
        argp_error(state, "--values: more than %d", MAX_VALUES);
    }
    options->values[options->choice.n_values++] = *value;
}

static void take_value(const char *word, struct argp_state *state)
{
    struct options *options = state->input;
    struct edit_value value = { .size = 1 };

    for (unsigned byte = 0; strcmp(word, "all") == 0 && byte < 256; byte++) {
        value.bytes[0] = (uint8_t)byte;
        add_value(options, &value, state);
    }
    if (strcmp(word, "all") == 0) {
        return;
    }
    if (!edit_parse_value(word, &value)) {
        argp_error(state, "--values takes all, or bytes in hex, up to %d each, such as 00,ff,4141; not \"%s\"",
                   EDIT_VALUE_SIZE, word);
    }
    add_value(options, &value, state);
}

/* Which damages. */
static error_t parse_choice(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case KEY_EDITS:
        tool_each_word(value, state, take_edit);
        return 0;
    case KEY_VALUES:
        tool_each_word(value, state, take_value);
        return 0;
    case KEY_ELEMENTS:
        options->choice.elements = (unsigned)tool_number(value, 1, UINT32_MAX, state, "--elements");
        return 0;
    case KEY_LENGTHS:
        tool_each_word(value, state, take_length);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->setup;
        state->child_inputs[2] = &options->outputs;
        return 0;
    case KEY_SECTION:
        options->section = value;
        return 0;
    case KEY_WHOLE:
        options->whole = true;
        return 0;
    case KEY_JOBS:
        options->jobs = (unsigned)tool_number(value, 1, 64, state, "--jobs");
        return 0;
    case KEY_TIMEOUT:
        options->timeout_ms = (uint32_t)tool_number(value, 1, 3600000, state, "--timeout");
        return 0;
    case KEY_WORK:
        options->work = value;
        return 0;
    case ARGP_KEY_ARG:
        if (options->path) {
            argp_error(state, "one file at a time");
        }
        options->path = value;
        return 0;
    case ARGP_KEY_END:
        if (!options->path && !options->setup.setup->binary) {
            argp_error(state, "which stream or case?  Or give --qemu, --machine and --device, to take one");
        }
        if (options->whole && options->section) {
            argp_error(state, "--section and --whole exclude each other");
        }
        return 0;
    default:
        return parse_choice(key, value, state);
    }
}

/* "of truncate, insert ... (default: ...)". */
static char *say_edits(void)
{
    char *names = edit_names(edit_all(), ", "), *defaults = edit_names(edit_defaults(), ",");
    char *text = hs_format("of %s (default: %s); see below", names, defaults);

    free(names);
    free(defaults);
    return text;
}

/* What each edit does, before the text that follows the options. */
static char *explain_edits(const char *text)
{
    char *all = hs_strdup("Edits:\n"), *longer;

    for (unsigned i = 0; i < edit_count; i++) {
        longer = hs_format("%s  %-9s %s\n", all, edit_kinds[i].name, edit_kinds[i].help);
        free(all);
        all = longer;
    }
    longer = hs_format("%s\n%s", all, text);
    free(all);
    return longer;
}

/* The table of edits says what --edits takes. */
static char *fill_help(int key, const char *text, void *input)
{
    (void)input;
    return key == KEY_EDITS ? say_edits() : key == ARGP_KEY_HELP_POST_DOC && text ? explain_edits(text) : (char *)text;
}

const struct argp command_audit_argp = {
    .options = (const struct argp_option[]){
        { NULL, 0, NULL, 0, "What is damaged, and how:", 1 },
        { "section", KEY_SECTION, "IDSTR", 0, "the first device section whose idstr contains this (default: the first "
                                              "of a virtio device, else the first)", 0 },
        { "whole", KEY_WHOLE, NULL, 0, "all device sections, from the first byte to the end of file", 0 },
        { "edits", KEY_EDITS, "LIST", 0, "", 0 },
        { "values", KEY_VALUES, "LIST", 0, "bytes to insert, in hex, up to 8 each, or all for each single byte "
                                           "(default: 00,ff,41)", 0 },
        { "lengths", KEY_LENGTHS, "LIST", 0, "how many bytes are deleted, 1 to 8 (default: 1)", 0 },
        { "elements", KEY_ELEMENTS, "N", 0, "of an array, range takes the first N elements (default: all)", 0 },
        { "jobs", KEY_JOBS, "N", 0, "loaders side by side (default: the cores)", 0 },
        { "timeout", KEY_TIMEOUT, "MS", 0, "time limit of a load, of processor time (default 60000)", 0 },
        { "work", KEY_WORK, "FOLDER", 0, "where an interrupted audit is kept, and the cases of findings, in findings/ "
                                         "(default work)", 0 },
        { 0 },
    },
    .parser = parse,
    .args_doc = "[STREAM_OR_CASE] [-- QEMU_COMMAND_LINE]",
    .children = (const struct argp_child[]){
        { &setup_argp, 0, NULL, 2 }, { &program_beside_qemu_argp, 0, NULL, 2 },
        { &audit_outputs_argp, 0, "What comes out:", 3 }, { 0 },
    },
    .help_filter = fill_help,
    .doc = "Does every damage of the chosen kinds at every byte of a section, and says which of them the loader let "
           "pass.  Without a file, takes the stream from the QEMU that the options name.\v"
           "An audit that was interrupted, or killed, goes on where it was when it is started again.\n\n"
           AUDIT_OUTPUTS_STATUS "\n\n"
           "Example: hardstop audit --qemu " SETUP_BINARY("s390x") " --machine s390-ccw-virtio --device virtio-net-ccw "
           "--device virtio-rng-ccw --html audit.html",
};

/* Finds out before the loads, which take minutes, whether there is a baseline that cannot be compared with. */
static int check_baseline(const struct options *options, const struct audit_case *subject,
                          const struct sweep_options *sweep_options, const struct audit *audit, struct hs_error *err)
{
    struct audit foreseen = { 0 };
    int result = audit_outputs_check(&options->outputs, audit, err);

    if (result == 0 && options->outputs.baseline_path) {
        result = sweep_run_foresee(subject, sweep_options, &foreseen, err);
        result = result < 0 ? -1 : audit_outputs_check_cells(&options->outputs, &foreseen, err);
    }
    audit_clear(&foreseen);
    return result;
}

/* One QEMU's audit; the journal stays where a damage has no verdict, so that the next run tries it again. */
static int sweep_one(const struct options *options, const struct sweep_options *sweep_options,
                     const struct audit_case *subject, const char *label, struct audit *audit, char **journal,
                     struct hs_error *err)
{
    int result = sweep_run(subject, sweep_options, options->work, label, journal, audit, err);
    uint64_t counts[VERDICT_COUNT];

    result = result < 0 ? -1 : sweep_find(subject, options->work, options->timeout_ms, audit, err);
    edit_sum_counts(audit->counts, false, counts);
    if (counts[VERDICT_UNKNOWN]) {
        free(*journal);
        *journal = NULL;
    }
    return result;
}

/* The same stream in the second QEMU. */
static int sweep_beside(const struct options *options, const struct sweep_options *sweep_options,
                        const struct audit_case *subject, struct audit *audit, char **journal, struct hs_error *err)
{
    struct audit_case other = { case_clone(subject->test), subject->trust | TRUST_BINARY, subject->section };
    Hardstop__Setup *setup = beside_setup(subject->test->setup, options->beside);
    int result;

    hardstop__setup__free_unpacked(other.test->setup, NULL);
    other.test->setup = setup;
    result = sweep_name(&other, audit, err);
    result = result < 0 ? -1 : sweep_one(options, sweep_options, &other, audit->loader, audit, journal, err);
    audit_case_clear(&other);
    return result < 0 ? hs_fail_in(err, "%s", options->beside) : 0;
}

static void remove_journal(char *journal, bool is_used)
{
    if (journal && is_used) {
        unlink(journal);
    }
    free(journal);
}

static int run(struct options *options, struct audit_case *subject, int *status, struct hs_error *err)
{
    struct sweep_options sweep_options = {
        .choice = options->choice, .jobs = options->jobs, .timeout_ms = options->timeout_ms,
    };
    struct audit audit = { 0 };
    char *journal = NULL, *beside_journal = NULL;
    int result = sweep_name(subject, &audit, err);

    if (result == 0) {
        result = check_baseline(options, subject, &sweep_options, &audit, err);
    }
    if (result == 0) {
        result = sweep_one(options, &sweep_options, subject, options->beside ? audit.loader : NULL, &audit, &journal,
                           err);
    }
    if (result == 0 && options->beside) {
        options->outputs.is_swept = true;
        result = sweep_beside(options, &sweep_options, subject, &options->outputs.beside, &beside_journal, err);
    }
    if (result == 0) {
        heatmap_text(stdout, audit_outputs_judged(&options->outputs, &audit), &(struct heatmap_options){ 0 });
        result = audit_outputs_write(&options->outputs, &audit, status, err);
    }
    remove_journal(journal, result == 0);
    remove_journal(beside_journal, result == 0);
    audit_clear(&audit);
    return result;
}

static void set_defaults(struct options *options)
{
    static const uint8_t bytes[] = { 0x00, 0xff, 0x41 };

    struct edit_choice *choice = &options->choice;

    choice->edits = choice->edits ? choice->edits : edit_defaults();
    choice->lengths = choice->lengths ? choice->lengths : 1;
    choice->values = options->values;
    if (choice->n_values) {
        return;
    }
    for (size_t i = 0; i < sizeof(bytes); i++) {
        options->values[choice->n_values++] = (struct edit_value){ .bytes = { bytes[i] }, .size = 1 };
    }
}

/* Which section is audited where nobody said so, and none is a virtio device's. */
static void say_section(const struct options *options, const struct audit_case *subject)
{
    const Hardstop__Section *section = subject->test->stream->section[0];

    if (!options->section && !options->whole && !section_is_described(section)) {
        printable_print(stderr,
                        "hardstop: auditing \"%.*s\", the first section of a device; --section IDSTR chooses another\n",
                        (int)section->idstr.len, (const char *)section->idstr.data);
    }
}

static int take_beside(struct options *options, struct hs_error *err)
{
    options->beside = program_given(PROGRAM_BESIDE_ENV);
    return options->beside && options->outputs.beside_path
               ? hs_fail(err, HS_NO_OFFSET, "--beside shows an earlier audit, and --beside-qemu, or "
                                            PROGRAM_BESIDE_ENV ", makes one: one of them")
               : 0;
}

int command_audit(int argc, char **argv)
{
    struct options options = { .work = "work" };
    struct audit_case subject = { 0 };
    struct hs_error err;
    int status, result;

    command_line_parse(&command_audit_argp, argc, argv, &options);
    set_defaults(&options);
    result = take_beside(&options, &err);
    result = result < 0 ? -1 : audit_outputs_open(&options.outputs, options.path, options.work, &err);
    if (result == 0) {
        result = audit_case_open(&subject, options.path, &options.setup, options.section, options.whole, &err);
    }
    if (result == 0) {
        say_section(&options, &subject);
        result = run(&options, &subject, &status, &err);
    }
    audit_case_clear(&subject);
    audit_outputs_close(&options.outputs);
    tool_clear_setup(&options.setup);
    return result < 0 ? tool_fail(&err) : status;
}

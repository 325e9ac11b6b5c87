/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop load: one verdict. */
#include <stdio.h>

#include "harness/report/verdict.h"
#include "harness/tool/session.h"

struct options {
    struct file_options file;
    struct setup_options setup;
    uint32_t timeout_ms;
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->file;
        state->child_inputs[1] = &options->setup;
        return 0;
    case 't':
        options->timeout_ms = (uint32_t)tool_number(value, 1, 3600000, state, "--timeout");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_load_argp = {
    .options = (const struct argp_option[]){
        { "timeout", 't', "MS", 0, "time limit of a load, of processor time (default 60000)", 0 },
        { 0 },
    },
    .parser = parse,
    .args_doc = "FILE [-- QEMU_COMMAND_LINE]",
    .children = judge_children,
    .doc = "Loads a stream or case into the real QEMU and prints what it did.\v"
           "Exit status: 0 no finding; 1 a finding, as hardstop repro has it; 2 no verdict.  That a stream is rejected "
           "is a finding of a case that says it was captured, and with --captured.",
};

static enum tool_status report(const struct judgement *judgement, bool json)
{
    struct finding finding = { .property = "" };
    bool found = finding_of(judgement, &finding);

    if (json) {
        tool_print_json(verdict_finding_json(judgement, &finding));
    } else {
        verdict_text(stdout, judgement);
        verdict_finding(stdout, &finding);
    }
    return found ? TOOL_FINDING : TOOL_CLEAN;
}

int command_load(int argc, char **argv)
{
    struct options options = { 0 };
    struct judgement judgement = { 0 };
    struct session session = { 0 };
    struct hs_error err;
    int status;

    command_line_parse(&command_load_argp, argc, argv, &options);
    session.oracle.timeout_ms = options.timeout_ms;
    if (session_open(&session, &options.file, &options.setup, &err) < 0 ||
        oracle_judge(&session.oracle, session.test, &judgement, &err) < 0) {
        status = tool_fail(&err);
    } else {
        status = report(&judgement, options.file.json);
    }
    judgement_clear(&judgement);
    session_close(&session);
    tool_clear_setup(&options.setup);
    return status;
}

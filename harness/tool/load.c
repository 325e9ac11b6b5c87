/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "harness/report/verdict.h"
#include "harness/tool/tool.h"

struct options {
    struct setup_options setup;
    const char *path;
    uint32_t timeout_ms;
    bool json;
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->setup;
        return 0;
    case 't':
        options->timeout_ms = (uint32_t)tool_number(value, 1, 3600000, state, "--timeout");
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->path) {
            argp_error(state, "one file at a time");
        }
        options->path = value;
        return 0;
    case ARGP_KEY_END:
        if (!options->path) {
            argp_error(state, "which stream or case?");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = (const struct argp_option[]){
        { "timeout", 't', "MS", 0, "time limit of a load (default 2000)", 0 },
        { "json", 'j', NULL, 0, "as one JSON object", 0 },
        { 0 },
    },
    .parser = parse,
    .args_doc = "FILE",
    .children = setup_children,
    .doc = "Loads a stream or case into the real QEMU and prints what it did.\v"
           "Exit status: 0 accepted as it should be, or rejected; 1 accepted with damage, crashed, hung; 2 no verdict.",
};

static bool is_clean(const struct judgement *judgement)
{
    return judgement->verdict == VERDICT_REJECTED ||
           (judgement->verdict == VERDICT_EQUAL && !judgement->is_damaged);
}

int command_load(int argc, char **argv)
{
    struct options options = { 0 };
    struct judgement judgement = { 0 };
    struct oracle oracle = { 0 };
    struct hs_error err;
    Hardstop__Case *test;
    int status;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    oracle.timeout_ms = options.timeout_ms;
    test = tool_read_case(options.path, &options.setup, true, &err);
    oracle.loader = test ? tool_open_loader(test, &err) : NULL;
    if (!oracle.loader || oracle_judge(&oracle, test, &judgement, &err) < 0) {
        status = tool_fail(&err);
    } else {
        if (options.json) {
            json_t *json = verdict_json(&judgement);

            json_dumpf(json, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
            putchar('\n');
            json_decref(json);
        } else {
            verdict_text(stdout, &judgement);
        }
        status = is_clean(&judgement) ? TOOL_CLEAN : TOOL_FINDING;
    }
    loader_close(oracle.loader);
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    case_free(test);
    tool_clear_setup(&options.setup);
    return status;
}

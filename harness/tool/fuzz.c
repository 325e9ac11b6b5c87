/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop fuzz: runs the targets side by side, and lists the findings. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/printable.h"
#include "harness/base/time.h"
#include "harness/setup/family.h"
#include "harness/setup/roster.h"
#include "harness/setup/program.h"
#include "harness/tool/campaign.h"
#include "harness/tool/fuzz_compat.h"
#include "harness/tool/fuzz_report.h"
#include "harness/tool/outputs.h"
#include "harness/tool/program_option.h"
#include "harness/tool/tool.h"

enum {
    MAX_TARGETS = 64,
    LONGEST = 30 * 24 * 3600, /* seconds */
    KEY_SEEDS = 0x200,
    KEY_LIST,
    KEY_FEEDBACK,
    KEY_COMPAT,
    KEY_INPUTS,
    KEY_STATUS,
    KEY_IDLE,
    KEY_POKE,
};

struct options {
    struct campaign campaign;
    const char *targets[MAX_TARGETS];
    struct outputs outputs;
    bool list, compat;
};

static void add_target(struct options *options, const char *name, struct argp_state *state)
{
    struct campaign *campaign = &options->campaign;

    if (!roster_has(name)) {
        char *nearest = command_line_nearest(name, roster_name);

        argp_error(state,
                   nearest ? "no target \"%s\"; did you mean %s?"
                           : "no target \"%s\"; hardstop fuzz --list names "
                             "all",
                   name, nearest);
    }
    for (size_t i = 0; i < campaign->n_targets; i++) {
        if (strcmp(options->targets[i], name) == 0) {
            argp_error(state, "target \"%s\" is named twice", name);
        }
    }
    options->targets[campaign->n_targets++] = name;
    if (campaign->n_targets == MAX_TARGETS) {
        argp_error(state, "no more than %d targets run side by side", MAX_TARGETS - 1);
    }
}

/* Those for all devices whose QEMU is there; where none is, all, which then say what is missing. */
static void add_default_targets(struct options *options)
{
    struct hs_error why[FAMILY_TRANSPORTS];
    const char *left_out[FAMILY_TRANSPORTS];
    size_t n = 0, *n_targets = &options->campaign.n_targets;

    for (enum family_transport i = 0; i < FAMILY_TRANSPORTS; i++) {
        const char *name = family_transport_name(i);
        char *path = roster_has(name) ? program_find(family_transport_binary(i), &why[n]) : NULL;

        if (path) {
            options->targets[(*n_targets)++] = name;
        } else if (roster_has(name)) {
            left_out[n++] = name;
        }
        free(path);
    }
    if (!*n_targets) {
        memcpy(options->targets, left_out, n * sizeof(*left_out));
        *n_targets = n;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        printable_print(stderr, "hardstop: %s is left out: %s\n", left_out[i], why[i].text);
    }
}

static void check_compat(const struct options *options, struct argp_state *state)
{
    const struct campaign *campaign = &options->campaign;

    if (options->compat &&
        (campaign->engine || campaign->idle || campaign->status || !program_given(PROGRAM_BESIDE_ENV))) {
        argp_error(state, "--compat goes with --beside, the other QEMU, and without --engine, --idle and --status: it "
                          "searches by itself");
    }
}

static void take_feedback(const char *value, struct argp_state *state)
{
    if (strcmp(value, "state") != 0 && strcmp(value, "coverage") != 0 && strcmp(value, "both") != 0) {
        argp_error(state, "--feedback is state, coverage or both, not \"%s\"", value);
    }
    setenv("HARDSTOP_FEEDBACK", value, 1);
}

/* How much, and how it is told. */
static error_t parse_extent(int key, char *value, struct argp_state *state)
{
    struct campaign *campaign = &((struct options *)state->input)->campaign;

    switch (key) {
    case 't':
        campaign->seconds = tool_seconds(value, LONGEST, state, "--time");
        return 0;
    case 's':
        campaign->seed = tool_number(value, 1, UINT32_MAX, state, "--seed");
        return 0;
    case 'J':
        campaign->jobs = (unsigned)tool_number(value, 1, 64, state, "--jobs");
        return 0;
    case KEY_INPUTS:
        campaign->inputs = tool_number(value, 1, UINT32_MAX, state, "--inputs");
        return 0;
    case KEY_IDLE:
        campaign->idle = tool_seconds(value, LONGEST, state, "--idle");
        return 0;
    case KEY_STATUS:
        campaign->status = value;
        return 0;
    case 'w':
        campaign->work = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    struct campaign *campaign = &options->campaign;

    switch (key) {
    case 'e':
        campaign->engine = engine_find(value);
        if (!campaign->engine) {
            argp_error(state, "no engine \"%s\"; there are libfuzzer and afl", value);
        }
        return 0;
    case KEY_SEEDS:
        campaign->seeds = value;
        return 0;
    case KEY_FEEDBACK:
        take_feedback(value, state);
        return 0;
    case KEY_POKE:
        tool_pokes(value, state);
        setenv("HARDSTOP_POKE", value ? value : "all", 1);
        campaign->uses = true;
        return 0;
    case KEY_LIST:
        options->list = true;
        return 0;
    case KEY_COMPAT:
        options->compat = true;
        return 0;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->child_inputs[1] = &options->outputs;
        return 0;
    case ARGP_KEY_ARG:
        add_target(options, value, state);
        return 0;
    case ARGP_KEY_END:
        if (!campaign->n_targets && !options->list) {
            add_default_targets(options);
        }
        check_compat(options, state);
        if (options->list && (options->outputs.junit || options->outputs.sarif || options->outputs.html)) {
            argp_error(state, "--list runs nothing that --junit, --sarif or --html could tell of");
        }
        if (!campaign->seconds) {
            campaign->seconds = campaign->inputs ? LONGEST : 60;
        }
        return 0;
    default:
        return parse_extent(key, value, state);
    }
}

const struct argp command_fuzz_argp = {
    .options =
        (const struct argp_option[]){
            { "time", 't', "TIME", 0, "how long (90, 90s, 5m, 8h; default 60)", 0 },
            { "engine", 'e', "libfuzzer|afl", 0,
              "who searches (default: the engine of this command's own build, else "
              "libfuzzer)",
              0 },
            { "jobs", 'J', "N", 0, "processes for each target (default: the cores, shared out evenly)", 0 },
            { "seed", 's', "N", 0, "of the engine's random numbers (default 1)", 0 },
            { "seeds", KEY_SEEDS, "FOLDER", 0,
              "cases to begin with, those of the target's devices, besides "
              "what is captured (default: the canary seeds that come with hardstop)",
              0 },
            { "work", 'w', "FOLDER", 0,
              "corpus, findings and logs (default work); a campaign goes on where the last one "
              "in the same folder ended",
              0 },
            { "feedback", KEY_FEEDBACK, "state|coverage|both", 0,
              "what guides the engine: what QEMU answers and saves, or the edges of its code, which a QEMU counts that "
              "ci/qemu --coverage of hardstop's source has built (default: state, which edges were not seen to add to "
              "in the first minutes)",
              0 },
            { "poke", KEY_POKE, "LIST", OPTION_ARG_OPTIONAL,
              "use what is accepted, as hardstop load --poke does; for reset, unplug and watch each accepted input is "
              "loaded in a fork; among the seeds are devices in use, with requests in their rings", 0 },
            { "inputs", KEY_INPUTS, "N", 0,
              "each process ends after so many, at least its seeds: with one for each target (--jobs 1) and an empty "
              "folder, the same command does the same again; with --compat, so many states of each device from one "
              "QEMU to the other (default: --time ends it)",
              0 },
            { "idle", KEY_IDLE, "TIME", 0, "end when for so long neither a finding nor an input was new", 0 },
            { "status", KEY_STATUS, "FILE", 0, "how far it is, as JSON, written anew while it runs", 0 },
            { "compat", KEY_COMPAT, NULL, 0,
              "search for states that one of --qemu and --beside has by its own account, and that the other, with the "
              "newest machine type of both, does not take or keep (see hardstop compat)",
              0 },
            { "list", KEY_LIST, NULL, 0, "name the targets, and run none", 0 },
            { 0 },
        },
    .parser = parse,
    .children = (const struct argp_child[]){
        { &outputs_argp, 0, NULL, 0 },
        { &outputs_html_argp, 0, NULL, 0 },
        { &program_argp, 0, NULL, 0 },
        { &program_beside_argp, 0, NULL, 0 },
        { 0 },
    },
    .args_doc = "[TARGET]...",
    .doc = "Captures seeds from the real QEMU, runs the fuzz targets on it (default: ccw and pci, all devices, where "
           "their QEMU is there), and lists the distinct findings, those of earlier campaigns in the folder included.\v"
           "Exit status: 0 no finding, 1 a finding, 2 wrong usage or a failure of hardstop itself, which a damaged "
           "finding is, too: everything else is listed before.",
};

static int list_targets(const struct outputs *outputs, struct hs_error *err)
{
    json_t *list = json_array();
    const char *name;

    for (size_t i = 0; (name = roster_name(i)); i++) {
        json_array_append_new(list, json_string(name));
        if (outputs_has_text(outputs)) {
            puts(name);
        }
    }
    return outputs_write(outputs, list, NULL, err) < 0 ? tool_fail(err) : TOOL_CLEAN;
}

/* The table comes first: a failure of ours must not hide what was found. */
static int run(struct campaign *campaign, const struct outputs *outputs, struct hs_error *err)
{
    double began = time_now();
    struct hs_error why;
    bool failed;
    int result = campaign_open(campaign, err);

    if (result == 0) {
        result = campaign_run(campaign, err);
    }
    if (result == 0) {
        failed = campaign_check(campaign, &why) < 0;
        result = fuzz_report(campaign, outputs, time_now() - began, failed ? why.text : NULL, err);
        if (failed && result >= 0) {
            *err = why;
            result = -1;
        }
    }
    campaign_close(campaign);
    return result < 0 ? tool_fail(err) : result > 0 ? TOOL_FINDING : TOOL_CLEAN;
}

int command_fuzz(int argc, char **argv)
{
    struct options options = { .campaign = { .work = "work", .seed = 1 } };
    struct campaign *campaign = &options.campaign;
    struct hs_error err;
    char *seeds, *in_use;
    int status;

    command_line_parse(&command_fuzz_argp, argc, argv, &options);
    if (outputs_open(&options.outputs, NULL, 0, &err) < 0) {
        return tool_fail(&err);
    }
    if (options.list) {
        return list_targets(&options.outputs, &err);
    }
    campaign->targets = options.targets;
    if (!campaign->engine) {
        campaign->engine = engine_find(HARDSTOP_ENGINE);
    }
    if (!campaign->engine) {
        campaign->engine = engine_find("libfuzzer");
    }
    seeds = campaign->seeds ? NULL : tool_corpus("cases/seeds");
    in_use = seeds && campaign->uses ? tool_corpus("cases/in-use") : NULL;
    campaign->in_use = in_use;
    campaign->seeds = campaign->seeds ? campaign->seeds : seeds;
    if (!campaign->seeds) {
        fprintf(stderr,
                "hardstop: the canary seeds are not where they were when this hardstop was built: it begins with "
                "what is captured alone; --seeds FOLDER names others\n");
    }
    status = options.compat ? fuzz_compat(campaign, &options.outputs) : run(campaign, &options.outputs, &err);
    free(seeds);
    free(in_use);
    return status;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop compat: QEMUs that meet, each state of each sent to the others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/print.h"
#include "harness/base/time.h"
#include "harness/report/meetings.h"
#include "harness/report/meetings_result.h"
#include "harness/setup/setup.h"
#include "harness/tool/compat_lines.h"
#include "harness/tool/compat_run.h"
#include "harness/tool/tool.h"

enum { KEY_FROM = 0x700, KEY_TO };

struct options {
    struct compat_plan plan;
    const char *lines[2]; /* --from, --to; NULL: --qemu says who meets */
    struct outputs outputs;
    const char *baseline;
    unsigned long seconds; /* of --budget; 0: there is none */
    unsigned jobs;
    bool all;
};

static bool is_device(const char *name)
{
    return strcmp(name, COMPAT_MACHINE) == 0 || family_find(name);
}

static void take_device(const char *word, struct argp_state *state)
{
    struct options *options = state->input;

    if (!is_device(word)) {
        argp_error(state, "--devices: no device \"%s\"; there are machine, and those of hardstop seeds --table", word);
    }
    *HS_PUSH(options->plan.devices, options->plan.n_devices) = hs_strdup(word);
}

static void take_state(const char *word, struct argp_state *state)
{
    struct options *options = state->input;
    struct meeting_states *states = &options->plan.states;
    const struct {
        const char *name;
        bool *chosen;
    } rows[] = { { "fresh", &states->fresh }, { "booted", &states->booted }, { "canary", &states->canary },
                 { "guest", &states->guest }, { "layout", &states->layout } };
    size_t i = 0;

    while (i < HS_COUNT(rows) && strcmp(word, rows[i].name) != 0) {
        i++;
    }
    if (i == HS_COUNT(rows)) {
        argp_error(state, "--states: no state \"%s\"; there are fresh, booted, canary, guest and layout", word);
    }
    *rows[i].chosen = true;
    options->all |= states->layout;
}

static void take_machine(const char *word, struct argp_state *state)
{
    struct options *options = state->input;

    if (strcmp(word, "all") == 0) {
        options->plan.choice = COMPAT_MACHINES_ALL;
    } else {
        *HS_PUSH(options->plan.machines, options->plan.n_machines) = hs_strdup(word);
    }
}

/* Ends the command where the options do not go together. */
static void check_choice(struct options *options, struct argp_state *state)
{
    struct meeting_states *states = &options->plan.states;

    if (!options->lines[0] != !options->lines[1] || (options->lines[0] && options->plan.n_programs)) {
        argp_error(state, "--from LINE --to LINE, or --qemu OLD --qemu NEW");
    }
    if (options->lines[0] && (options->plan.n_machines || options->plan.choice)) {
        argp_error(state, "--machines goes with --qemu: --from and --to have machines of their own");
    }
    if (options->plan.n_machines && options->plan.choice) {
        argp_error(state, "--machines: all, or names");
    }
    if (!options->lines[0] && options->plan.n_programs < 2) {
        argp_error(state, "--qemu OLD --qemu NEW: two QEMUs or more; or --from LINE --to LINE");
    }
    if (!states->fresh && !states->booted && !states->canary && !states->guest && !states->layout) {
        *states = (struct meeting_states){ .fresh = true, .booted = true, .canary = true, .guest = true };
    }
}

static void take_transport(const char *value, struct options *options, struct argp_state *state)
{
    options->plan.transport = family_transport_find(value);
    if (options->plan.transport == FAMILY_TRANSPORTS) {
        argp_error(state, "no transport \"%s\"; there are %s", value, family_transport_names(", "));
    }
}

/* What is left of the options: how much, and where to. */
static error_t parse_output(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case 'f':
        options->plan.folder = value;
        return 0;
    case 'H':
        options->outputs.html = value;
        return 0;
    case 'B':
        options->seconds = tool_seconds(value, 1000000 * 3600ul, state, "--budget");
        return 0;
    case 'b':
        options->baseline = value;
        return 0;
    case 'J':
        options->jobs = (unsigned)tool_number(value, 1, 64, state, "--jobs");
        return 0;
    case 'a':
        options->all = true;
        return 0;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->outputs;
        return 0;
    case ARGP_KEY_END:
        check_choice(options, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case 'q':
        if (options->plan.n_programs == MEETING_SIDES) {
            argp_error(state, "--qemu: more than %d", MEETING_SIDES);
        }
        options->plan.programs[options->plan.n_programs++] = value;
        return 0;
    case KEY_FROM:
    case KEY_TO:
        options->lines[key - KEY_FROM] = value;
        return 0;
    case 'm':
        tool_each_word(value, state, take_machine);
        return 0;
    case 'd':
        tool_each_word(value, state, take_device);
        return 0;
    case 'S':
        tool_each_word(value, state, take_state);
        return 0;
    case 't':
        take_transport(value, options, state);
        return 0;
    default:
        return parse_output(key, value, state);
    }
}

const struct argp command_compat_argp = {
    .options = (const struct argp_option[]){
        { "qemu", 'q', "PATH", 0, "a " SETUP_PROGRAM "ARCHITECTURE*; repeatable: each is a side, in any "
                                  "order.  For other architectures that beside it is taken, of the same name but for "
                                  "that", 0 },
        { "from", KEY_FROM, "LINE", 0, "a QEMU command line, in one argument, as a shell reads it, or @FILE: with "
                                       "devices it is one machine, whose sections are sent; without, its machine type "
                                       "and globals are those of every device", 0 },
        { "to", KEY_TO, "LINE", 0, "the other one; what one does not say is as the other has it", 0 },
        { "machines", 'm', "LIST", 0, "machine types, or all that two share (default: the newest and the oldest that "
                                      "they share)", 0 },
        { "devices", 'd', "LIST", 0, "devices as hardstop seeds --table names them, or machine: what a machine has by "
                                     "itself (default: all)", 0 },
        { "states", 'S', "LIST", 0, "fresh: as the machine starts; booted: what a machine has by itself, as its "
                                    "firmware left it; canary: a value of its own in each field of a "
                                    "virtio device; guest: as a small guest of ours left net, blk or rng (default: "
                                    "these); layout: nothing is sent, but sizes, places and versions of fields, also "
                                    "of all that -dump-vmstate lists, and properties are put side by side", 0 },
        { "transport", 't', "NAME", 0, "only ccw, pci, pcie or mmio", 0 },
        { "findings", 'f', "FOLDER", 0, "keep the case of each break there", 0 },
        { "baseline", 'b', "FILE", 0, "what --json has printed before: only what is not in it counts; it goes on "
                                      "holding for later point releases of the same QEMUs", 0 },
        { "budget", 'B', "TIME", 0, "begin nothing more after that (90s, 5m, 1h); what tells most goes first, and what "
                                    "was not begun is said", 0 },
        { "html", 'H', "FILE", 0, "a page for people: devices by pairs of QEMUs, with the bytes side by side", 0 },
        { "jobs", 'J', "N", 0, "QEMUs of so many setups at once (default: one more than there are "
                                   "cores, as a QEMU that starts waits)", 0 },
        { "all", 'a', NULL, 0, "list what is made anew by design, too", 0 },
        { 0 },
    },
    .parser = parse,
    .children = (const struct argp_child[]){ { &outputs_argp, 0, NULL, 0 }, { 0 } },
    .doc = "QEMUs that meet: the state that each saves is loaded by each other, saved again and sent back, under the "
           "machine types that both have.  Refused, crashed, hung, or differs: a field that was given is not saved "
           "again.  A machine type whose name has a version promises that none of this happens.\v"
           "Exit status: 0 all is kept, but for what is made anew by design; 1 a promise is broken; 2 something could "
           "not be judged, or wrong usage.",
};

static int read_baseline(const char *path, json_t **baseline, struct hs_error *err)
{
    json_error_t why;

    *baseline = path ? json_load_file(path, 0, &why) : NULL;
    if (path && !json_is_array(*baseline)) {
        return hs_fail(err, HS_NO_OFFSET, "%s: %s", path, *baseline ? "not what compat --json prints" : why.text);
    }
    return 0;
}

static int status_of(const json_t *results, const json_t *baseline)
{
    struct meetings_counts counts;

    meetings_count(results, baseline, &counts);
    return counts.broken ? TOOL_FINDING
           : counts.unknown || counts.equal + counts.known + counts.unpromised + counts.noted == 0 ? TOOL_TROUBLE
                                                                                                   : TOOL_CLEAN;
}

int command_compat(int argc, char **argv)
{
    struct options options = { .plan.transport = FAMILY_TRANSPORTS,
                               .jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN) + 1 };
    struct compat_told told = { .command = "hardstop compat", .outputs = &options.outputs, .times = json_array() };
    double began = time_now();
    json_t *results, *baseline = NULL;
    struct hs_error err;
    char *seeds;
    int status;

    command_line_parse(&command_compat_argp, argc, argv, &options);
    seeds = tool_corpus("cases/seeds");
    options.plan.seeds = seeds ? seeds : "";
    if (outputs_open(&options.outputs, NULL, 0, &err) < 0 ||
        read_baseline(options.baseline, &baseline, &err) < 0 ||
        (options.plan.folder && file_make_folder(options.plan.folder, &err) < 0) ||
        (options.lines[0] ? compat_lines_plan(options.lines, &options.plan, &err)
                          : compat_plan_make(&options.plan, &err)) < 0) {
        return tool_fail(&err);
    }
    results = compat_run(&options.plan, options.jobs, options.seconds, told.times);
    told.results = results;
    told.baseline = baseline;
    told.seconds = time_now() - began;
    told.all = options.all;
    status = status_of(results, baseline);
    if (compat_tell(&told, &err) < 0) {
        status = tool_fail(&err);
    }
    json_decref(told.times);
    json_decref(results);
    json_decref(baseline);
    compat_plan_clear(&options.plan);
    free(seeds);
    return status;
}

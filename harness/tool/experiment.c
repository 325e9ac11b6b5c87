/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop experiment: the question of 2015, measured for several devices, from fresh states and from canaries. */
#include "harness/report/experiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/audit/edit/edit_plan.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/print.h"
#include "harness/audit/trial_json.h"
#include "harness/setup/family.h"
#include "harness/tool/experiment_case.h"
#include "harness/tool/program_option.h"
#include "harness/tool/sweep_run.h"
#include "harness/message/reflect.h"

enum {
    MAX_DEVICES = 32,
    KEY_DEVICES = 0x200,
    KEY_TRANSPORTS,
    KEY_STATES,
    KEY_FRAMINGS,
    KEY_SEEDS,
    KEY_JOBS,
    KEY_WORK,
    KEY_EXAMPLES,
    KEY_FROM,
    KEY_MARKDOWN,
    KEY_SVG,
};

static const char *const state_names[] = { "fresh", "canary" };
static const char *const framing_names[] = { "legacy", "footer", "sized", TRIAL_WRITTEN };

struct options {
    const struct family *families[MAX_DEVICES];
    size_t n_families;
    bool transports[FAMILY_TRANSPORTS], states[HS_COUNT(state_names)],
        framings[HS_COUNT(framing_names)];
    const char *seeds, *work, *examples, *from, *svg;
    unsigned jobs;
    bool json, markdown;
};

static void take_device(const char *word, struct argp_state *state)
{
    struct options *options = state->input;
    const struct family *family = family_find(word);

    if (!family || family->blocked || family->host) {
        argp_error(state, "--devices takes net, blk, rng ..., not \"%s\"; hardstop seeds --table lists them", word);
    }
    for (size_t i = 0; i < options->n_families; i++) {
        if (options->families[i] == family) {
            return;
        }
    }
    if (options->n_families == MAX_DEVICES) {
        argp_error(state, "--devices: more than %d", MAX_DEVICES);
    }
    options->families[options->n_families++] = family;
}

static void take_transport(const char *word, struct argp_state *state)
{
    struct options *options = state->input;
    enum family_transport transport = family_transport_find(word);

    if (transport == FAMILY_TRANSPORTS) {
        argp_error(state, "--transports takes %s, not \"%s\"", family_transport_names(", "), word);
    }
    options->transports[transport] = true;
}

static void take_state(const char *word, struct argp_state *state)
{
    struct options *options = state->input;
    size_t i = 0;

    while (i < HS_COUNT(state_names) && strcmp(word, state_names[i]) != 0) {
        i++;
    }
    if (i == HS_COUNT(state_names)) {
        argp_error(state, "--states takes fresh, canary, not \"%s\"", word);
    }
    options->states[i] = true;
}

static void take_framing(const char *word, struct argp_state *state)
{
    struct options *options = state->input;

    for (size_t i = 0; i < HS_COUNT(framing_names); i++) {
        if (strcmp(framing_names[i], word) == 0) {
            options->framings[i] = true;
            return;
        }
    }
    argp_error(state, "--framings takes legacy, footer, sized, " TRIAL_WRITTEN ", not \"%s\"", word);
}

static bool has_any(const bool *list, size_t n)
{
    return memchr(list, true, n) != NULL;
}

static void set_all(bool *list, size_t n)
{
    if (!has_any(list, n)) {
        memset(list, true, n);
    }
}

static bool has_choice(const struct options *options)
{
    return options->n_families || has_any(options->transports, FAMILY_TRANSPORTS) ||
           has_any(options->states, HS_COUNT(state_names)) || has_any(options->framings, HS_COUNT(framing_names));
}

static void set_defaults(struct options *options)
{
    static const char *const devices[] = { "net", "blk", "rng", "balloon", "serial" };

    if (!options->n_families) {
        for (size_t i = 0; i < HS_COUNT(devices); i++) {
            options->families[options->n_families++] = family_find(devices[i]);
        }
    }
    if (!has_any(options->transports, FAMILY_TRANSPORTS)) {
        set_all(options->transports, FAMILY_PCIE);
    }
    set_all(options->states, HS_COUNT(state_names));
    /* The other framings need a QEMU of our own. */
    set_all(options->framings, has_any(options->framings + 2, 2) ? 0 : 2);
}

static void check(const struct options *options, struct argp_state *state)
{
    if (options->from && has_choice(options)) {
        argp_error(state, "--from shows all trials of its file; --devices, --transports, --states and --framings "
                          "choose what is measured");
    }
    if (options->svg && file_is_stdout(options->svg)) {
        argp_error(state, "--svg: the picture goes to a file, as standard output gets the figures");
    }
    if (options->json && options->markdown) {
        argp_error(state, "--json or --markdown, not both");
    }
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case KEY_DEVICES:
        tool_each_word(value, state, take_device);
        return 0;
    case KEY_TRANSPORTS:
        tool_each_word(value, state, take_transport);
        return 0;
    case KEY_STATES:
        tool_each_word(value, state, take_state);
        return 0;
    case KEY_FRAMINGS:
        tool_each_word(value, state, take_framing);
        return 0;
    case KEY_SEEDS:
        options->seeds = value;
        return 0;
    case KEY_JOBS:
        options->jobs = (unsigned)tool_number(value, 1, 64, state, "--jobs");
        return 0;
    case KEY_WORK:
        options->work = value;
        return 0;
    case KEY_EXAMPLES:
        options->examples = value;
        return 0;
    case KEY_FROM:
        options->from = value;
        return 0;
    case KEY_MARKDOWN:
        options->markdown = true;
        return 0;
    case KEY_SVG:
        options->svg = value;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_END:
        check(options, state);
        set_defaults(options);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_experiment_argp = {
    .options = (const struct argp_option[]){
        { "devices", KEY_DEVICES, "LIST", 0, "default: net,blk,rng,balloon,serial", 0 },
        { "transports", KEY_TRANSPORTS, "LIST", 0, "of ccw, pci, pcie, mmio (default: ccw,pci)", 0 },
        { "states", KEY_STATES, "LIST", 0, "of fresh, canary (default: both)", 0 },
        { "framings", KEY_FRAMINGS, "LIST", 0,
          "of legacy (no section footers), footer (default: both), sized (each section says how long it is), "
          TRIAL_WRITTEN " (the same, and the length says what was written); the last two need a QEMU with "
          "the patch \"answers\" of hardstop's source (ci/patches)", 0 },
        { "seeds", KEY_SEEDS, "FOLDER", 0, "canary states (default: those that come with hardstop)", 0 },
        { "jobs", KEY_JOBS, "N", 0, "loaders side by side (default: the cores)", 0 },
        { "work", KEY_WORK, "FOLDER", 0, "where an interrupted experiment is kept (default work)", 0 },
        { "examples", KEY_EXAMPLES, "FOLDER", 0, "where a case goes for each trial in which not all was rejected "
                                                 "(default work/experiment)", 0 },
        { "from", KEY_FROM, "FILE", 0, "show what an earlier experiment gave (its --json), and measure nothing", 0 },
        { "markdown", KEY_MARKDOWN, NULL, 0, "the shares alone, as a table in Markdown", 0 },
        { "svg", KEY_SVG, "FILE", 0, "the shares as a picture, too: a bar for each framing and state", 0 },
        { "json", 'j', NULL, 0, "as one JSON object", 0 },
        { 0 },
    },
    .parser = parse,
    .children = program_children,
    .doc = "If one to four bytes of a device's section are missing, or are too many, at whatever offset: is the load "
           "always refused?  Asks the real QEMU, for each device, bus, state and framing.\v"
           "All trials take about half an hour on two cores; one that was interrupted goes on where it was.\n\n"
           "Exit status: 0 all was rejected; 1 something was not; 2 no verdict.",
};

struct experiment {
    const struct options *options;
    struct trial *trials;
    size_t n;
    char **journals; /* one for each trial, kept until all is done */
};

static int run_trial(struct experiment *experiment, const struct family *family, enum family_transport transport,
                     size_t state, const char *framing, struct hs_error *err)
{
    const struct options *options = experiment->options;
    struct sweep_options sweep_options = { .choice = trial_choice };
    struct trial *trial = &experiment->trials[experiment->n];
    char **journal = &experiment->journals[experiment->n++];
    char *label = hs_format("%s %s %s %s", family->name, family_transport_name(transport), state_names[state],
                            framing);
    struct audit_case subject;
    struct audit audit = { 0 };
    int result = experiment_case_open(&subject, options->seeds, family, transport, state == 1, framing, err);

    sweep_options.jobs = options->jobs;
    snprintf(trial->device, sizeof(trial->device), "%s", family->name);
    snprintf(trial->transport, sizeof(trial->transport), "%s", family_transport_name(transport));
    snprintf(trial->state, sizeof(trial->state), "%s", state_names[state]);
    snprintf(trial->framing, sizeof(trial->framing), "%s", framing);
    if (result == 0) {
        result = sweep_name(&subject, &audit, err);
    }
    if (result == 0) {
        result = sweep_run(&subject, &sweep_options, options->work, label, journal, &audit, err);
    }
    if (result == 0) {
        result = trial_read(trial, &audit, err);
    }
    if (result == 0) {
        result = experiment_case_example(&subject, &audit, options->examples, trial, err);
    }
    if (result < 0) {
        hs_fail_in(err, "%s", label);
    }
    audit_clear(&audit);
    audit_case_clear(&subject);
    free(label);
    return result;
}

/* The trials of one device on one transport. */
static int run_device(struct experiment *experiment, const struct family *family, enum family_transport transport,
                      struct hs_error *err)
{
    const struct options *options = experiment->options;
    int result = 0;

    for (size_t state = 0; state < HS_COUNT(state_names); state++) {
        for (size_t i = 0; i < HS_COUNT(framing_names) && result == 0; i++) {
            if (options->states[state] && options->framings[i]) {
                result = run_trial(experiment, family, transport, state, framing_names[i], err);
            }
        }
    }
    return result;
}

static int run_all(struct experiment *experiment, struct hs_error *err)
{
    const struct options *options = experiment->options;
    size_t most = options->n_families * FAMILY_TRANSPORTS * HS_COUNT(state_names) * HS_COUNT(framing_names);
    int result = 0;

    experiment->trials = hs_alloc(most * sizeof(*experiment->trials));
    experiment->journals = hs_alloc(most * sizeof(*experiment->journals));
    for (int transport = 0; transport < FAMILY_TRANSPORTS; transport++) {
        for (size_t i = 0; i < options->n_families && result == 0; i++) {
            if (options->transports[transport] && options->families[i]->device[transport]) {
                result = run_device(experiment, options->families[i], (enum family_transport)transport, err);
            }
        }
    }
    for (size_t i = 0; i < experiment->n; i++) {
        /* A journal that stays lets the next run try again what has no verdict. */
        if (result == 0 && !experiment->trials[i].counts[VERDICT_UNKNOWN]) {
            unlink(experiment->journals[i]);
        }
        free(experiment->journals[i]);
    }
    free(experiment->journals);
    return result;
}

static int draw(const struct options *options, const struct trial *trials, size_t n, struct hs_error *err)
{
    struct print_memory text;
    FILE *out = print_open(&text);
    char *picture;
    int result;

    experiment_svg(out, trials, n);
    picture = print_close(&text);
    result = file_write(options->svg, picture, strlen(picture), err);
    free(picture);
    return result;
}

static int print(const struct options *options, const struct trial *trials, size_t n)
{
    int status = TOOL_CLEAN;

    if (options->json) {
        tool_print_json(trial_json(trials, n));
    } else {
        (options->markdown ? experiment_markdown : experiment_text)(stdout, trials, n);
    }
    for (size_t i = 0; i < n; i++) {
        status = trials[i].n_first && status == TOOL_CLEAN ? TOOL_FINDING : status;
        status = trials[i].counts[VERDICT_UNKNOWN] ? TOOL_TROUBLE : status;
    }
    return status;
}

int command_experiment(int argc, char **argv)
{
    struct options options = {
        .work = "work", .examples = "work/experiment",
    };
    struct experiment experiment = { .options = &options };
    struct hs_error err;
    char *seeds = tool_corpus("cases/seeds");
    int result, status = TOOL_TROUBLE;

    command_line_parse(&command_experiment_argp, argc, argv, &options);
    options.seeds = options.seeds ? options.seeds : seeds;
    if (!options.from && !options.seeds) {
        result = hs_fail(&err, HS_NO_OFFSET, "the canary seeds are not where they were when this hardstop was built: "
                                             "--seeds FOLDER says where");
    } else if (options.from) {
        experiment.trials = trial_json_read(options.from, &experiment.n, &err);
        result = experiment.trials ? 0 : -1;
    } else {
        result = run_all(&experiment, &err);
    }
    if (result == 0 && !experiment.n) {
        result = hs_fail(&err, HS_NO_OFFSET, "no trial: none of these devices is on these transports");
    }
    if (result == 0 && options.svg) {
        result = draw(&options, experiment.trials, experiment.n, &err);
    }
    status = result < 0 ? tool_fail(&err) : print(&options, experiment.trials, experiment.n);
    free(experiment.trials);
    free(seeds);
    return status;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop vet: may this QEMU be shipped? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/print.h"
#include "harness/setup/program.h"
#include "harness/setup/setup.h"
#include "harness/tool/outputs.h"
#include "harness/tool/tool.h"
#include "harness/tool/vet_outputs.h"
#include "harness/tool/vet_plan.h"
#include "harness/tool/vet_run.h"

enum {
    KEY_AGAINST = 0x100,
    KEY_BASELINE,
    KEY_SINCE,
    KEY_TREE,
    KEY_STEPS,
    KEY_MINIMUM,
    KEY_FAIL_ON_CAMPAIGN,
    KEY_MARKDOWN,
};

struct options {
    struct vet vet;
    struct outputs outputs;
    const char *markdown;
    char *found[2]; /* paths of the programs */
    bool quiet, has_steps, has_minimum;
};

static enum vet_kind kind_of(const char *word, const char *option, struct argp_state *state)
{
    for (int i = 0; i < VET_KINDS; i++) {
        if (strcmp(vet_kinds[i].name, word) == 0) {
            return (enum vet_kind)i;
        }
    }
    argp_error(state, "%s: no step \"%s\"; there are known, own, compat, audit and campaign", option, word);
    return VET_KINDS;
}

static void take_step(const char *word, struct argp_state *state)
{
    struct options *options = state->input;

    options->vet.kinds[kind_of(word, "--steps", state)] = true;
    options->has_steps = true;
}

static void check_choice(struct options *options, struct argp_state *state)
{
    struct vet *vet = &options->vet;

    vet->program = vet->program ? vet->program : program_given(PROGRAM_ENV);
    if (!vet->program) {
        argp_error(state, "--qemu PATH: which QEMU?  (default: " PROGRAM_ENV ", which is not set)");
    }
    if (options->has_steps && vet->kinds[VET_COMPAT] && !vet->older) {
        argp_error(state, "--steps compat is for --against QEMU");
    }
    if (vet->older && vet->baseline) {
        argp_error(state, "--against QEMU, or --baseline FOLDER, not both");
    }
    for (int i = 0; i < VET_KINDS && !options->has_steps; i++) {
        vet->kinds[i] = true;
    }
    if (!options->has_minimum && vet->older && vet->kinds[VET_COMPAT]) {
        vet->minimum = VET_COMPAT;
    }
}

static error_t parse_output(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->outputs;
        return 0;
    case KEY_MARKDOWN:
        options->markdown = value;
        return 0;
    case 'Q':
        options->quiet = true;
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
    struct vet *vet = &options->vet;

    switch (key) {
    case 'q':
        vet->program = value;
        return 0;
    case KEY_AGAINST:
        vet->older = value;
        return 0;
    case KEY_BASELINE:
        vet->baseline = value;
        return 0;
    case KEY_SINCE:
        vet->since = value;
        return 0;
    case KEY_TREE:
        vet->tree = value;
        return 0;
    case 'B':
        vet->budget = tool_seconds(value, 1000000 * 3600ul, state, "--budget");
        return 0;
    case KEY_STEPS:
        tool_each_word(value, state, take_step);
        return 0;
    case KEY_MINIMUM:
        vet->minimum = kind_of(value, "--minimum", state);
        options->has_minimum = true;
        return 0;
    case KEY_FAIL_ON_CAMPAIGN:
        vet->campaign_fails = true;
        return 0;
    case 'w':
        vet->work = value;
        return 0;
    default:
        return parse_output(key, value, state);
    }
}

const struct argp command_vet_argp = {
    .options = (const struct argp_option[]){
        { "qemu", 'q', "PATH", 0, "the " SETUP_PROGRAM "ARCHITECTURE that is vetted; of s390x and x86_64 that which is "
                                  "beside it, too, under the same name but for that; of aarch64 its virt alone, by "
                                  "own, compat and audit", 0 },
        { "against", KEY_AGAINST, "PATH", 0, "an older QEMU: what it does as well is not new, and the two must take "
                                             "each other's state", 0 },
        { "baseline", KEY_BASELINE, "FOLDER", 0, "--work of an earlier vetting: what it has is not new", 0 },
        { "since", KEY_SINCE, "COMMIT", 0, "devices whose files changed since then, as git says, go first", 0 },
        { "tree", KEY_TREE, "FOLDER", 0, "with --since: QEMU's tree (default: the current folder)", 0 },
        { "budget", 'B', "TIME", 0, "do no more steps than this holds, by what each takes two cores at most, whatever "
                                    "it takes now (90s, 10m, 1h; default: all steps)", 0 },
        { "steps", KEY_STEPS, "LIST", 0, "of known, own, compat, audit, campaign (default: all)", 0 },
        { "minimum", KEY_MINIMUM, "STEP", 0, "a budget that does not reach it is too small: exit status 2 (default: "
                                             "own; with --against compat, which is what that is for)", 0 },
        { "fail-on-campaign", KEY_FAIL_ON_CAMPAIGN, NULL, 0, "what the campaign finds that is not known fails, too",
          0 },
        { "work", 'w', "FOLDER", 0, "for all that comes of it; also a later --baseline (default work/vet)", 0 },
        { "markdown", KEY_MARKDOWN, "FILE", 0, "a summary for a merge request", 0 },
        { "quiet", 'Q', NULL, 0, "print what is worse, and nothing else: no step that begins, either", 0 },
        { 0 },
    },
    .parser = parse,
    .children = (const struct argp_child[]){ { &outputs_file_argp, 0, NULL, 0 }, { 0 } },
    .doc = "Vets a QEMU before it is shipped: whether known findings come back; whether it takes and keeps the streams "
           "of its own devices, and, with --against, those of an older QEMU; whether an audit of each device lets pass "
           "what was refused; and what a campaign finds.  Only what is new or worse fails.\v"
           "Each step is a command of hardstop, which --json and --markdown name; its files are in --work.  Without "
           "--against and --baseline, audits are told and fail nothing.\n\n"
           "Exit status: 0 nothing is new or worse; 1 something is; 2 a step has no answer, or the budget is too "
           "small.\n\n"
           "Example: hardstop vet --qemu build/" SETUP_BINARY("x86_64") " --against /usr/bin/" SETUP_BINARY("x86_64")
           " --budget 10m --markdown vet.md",
};

/* A name in PATH becomes a path, `*found`, which is to be freed: what is beside it has to be found, too. */
static int find_program(const char **program, const char *option, char **found, struct hs_error *err)
{
    size_t length;

    *found = program_find(*program, err);
    if (!*found) {
        return hs_fail_in(err, "%s", option);
    }
    *program = *found;
    return setup_architecture_in(*found, &length)
               ? 0
               : hs_fail(err, HS_NO_OFFSET, "%s: %s is not called " SETUP_PROGRAM "ARCHITECTURE", option, *found);
}

static int write_outputs(const struct options *options, struct hs_error *err)
{
    const struct vet *vet = &options->vet;
    struct results results;
    int result;

    vet_results(vet, &results);
    result = outputs_write(&options->outputs, vet_json(vet), &results, err);
    results_clear(&results);
    if (result == 0 && options->markdown) {
        result = print_file(options->markdown, vet_print_markdown, vet, err);
    }
    return result;
}

/* What a vetting is compared with, it must not overwrite. */
static int check_baseline(const struct vet *vet, struct hs_error *err)
{
    struct stat baseline, work;

    if (!vet->baseline) {
        return 0;
    }
    if (stat(vet->baseline, &baseline) < 0 || !S_ISDIR(baseline.st_mode)) {
        return hs_fail(err, HS_NO_OFFSET, "--baseline: %s is no folder", vet->baseline);
    }
    if (stat(vet->work, &work) == 0 && work.st_dev == baseline.st_dev && work.st_ino == baseline.st_ino) {
        return hs_fail(err, HS_NO_OFFSET, "--baseline and --work are one folder, %s: what is there would be lost",
                       vet->baseline);
    }
    return 0;
}

/* A summary must not take the place of what a step writes. */
static int spare_steps(const struct options *options, struct hs_error *err)
{
    const char *const paths[] = { options->outputs.json, options->outputs.junit, options->outputs.sarif,
                                  options->markdown };
    const struct vet *vet = &options->vet;

    for (size_t i = 0; i < HS_COUNT(paths); i++) {
        for (size_t k = 0; paths[i] && k < vet->n; k++) {
            if (file_is_one(paths[i], vet->steps[k].output) ||
                (vet->steps[k].earlier && file_is_one(paths[i], vet->steps[k].earlier))) {
                return hs_fail(err, HS_NO_OFFSET, "%s: is where the step %s has its result", paths[i],
                               vet->steps[k].name);
            }
        }
    }
    return 0;
}

static int open_all(struct options *options, struct hs_error *err)
{
    struct vet *vet = &options->vet;
    char *against = hs_format("%s/against", vet->work);
    int result = find_program(&vet->program, "--qemu", &options->found[0], err);

    if (result == 0 && vet->older) {
        result = find_program(&vet->older, "--against", &options->found[1], err);
    }
    if (result == 0) {
        result = check_baseline(vet, err);
    }
    if (result == 0) {
        result = file_make_folder(vet->older ? against : vet->work, err);
    }
    free(against);
    if (result == 0) {
        result = outputs_open(&options->outputs, &options->markdown, 1, err);
    }
    return result < 0 || vet_plan(vet, err) < 0 ? -1 : spare_steps(options, err);
}

/* Which step begins: on a terminal in a line that the next one takes, elsewhere, as in a pipeline's log, in its own. */
static void show_begin(const struct options *options, const struct vet_step *step, size_t nth, size_t n)
{
    bool is_terminal = isatty(STDERR_FILENO);

    if (is_terminal || !options->quiet) {
        fprintf(stderr, "%s%s (%zu of %zu) ...%s", is_terminal ? "\r\033[K" : "", step->name, nth, n,
                is_terminal ? "" : "\n");
        fflush(stderr);
    }
}

static void show_end(void)
{
    if (isatty(STDERR_FILENO)) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}

static const char *only_file(const char *path)
{
    struct stat status;

    return path && strcmp(path, "-") != 0 && (stat(path, &status) < 0 || S_ISREG(status.st_mode)) ? path : NULL;
}

/* A pipeline that runs out of time keeps what was known until then.  What cannot be written is told at the end. */
static void write_so_far(const struct options *options)
{
    const struct outputs *outputs = &options->outputs;
    struct options files = *options;
    struct hs_error err;

    files.outputs.json = only_file(outputs->json);
    files.outputs.junit = only_file(outputs->junit);
    files.outputs.sarif = only_file(outputs->sarif);
    files.markdown = only_file(options->markdown);
    write_outputs(&files, &err);
}

static void run_step(struct options *options, struct vet_step *step, size_t nth, size_t n)
{
    show_begin(options, step, nth, n);
    vet_run(&options->vet, step);
    show_end();
    write_so_far(options);
}

static void run_all(struct options *options)
{
    struct vet *vet = &options->vet;
    size_t n = 0, nth = 0;

    for (size_t i = 0; i < vet->n; i++) {
        vet->steps[i].state = vet->steps[i].state == VET_LEFT_OUT ? VET_LEFT_OUT : VET_NOT_DONE;
        n += vet->steps[i].state == VET_NOT_DONE;
    }
    write_so_far(options);
    for (size_t i = 0; i < vet->n; i++) {
        struct vet_step *step = &vet->steps[i];

        if (step->state == VET_NOT_DONE) {
            run_step(options, step, ++nth, n);
        }
        if (step->state == VET_WORSE || step->state == VET_TROUBLE ||
            (step->state == VET_CLEAN && !options->quiet)) {
            vet_print_step(stdout, step, !options->quiet);
            fflush(stdout);
        }
    }
    if (!options->quiet) {
        vet_print_end(stdout, vet);
    }
}

int command_vet(int argc, char **argv)
{
    static const int statuses[] = {
        [VET_CLEAN] = TOOL_CLEAN, [VET_WORSE] = TOOL_FINDING, [VET_TROUBLE] = TOOL_TROUBLE,
    };
    struct options options = { .vet = { .work = "work/vet", .tree = ".", .minimum = VET_OWN } };
    struct hs_error err;
    char *seeds = tool_corpus("cases/seeds");
    int status;

    command_line_parse(&command_vet_argp, argc, argv, &options);
    options.vet.seeds = seeds ? seeds : "";
    if (open_all(&options, &err) < 0) {
        status = tool_fail(&err);
    } else {
        run_all(&options);
        status = write_outputs(&options, &err) < 0 ? tool_fail(&err) : statuses[vet_result(&options.vet)];
    }
    vet_clear(&options.vet);
    free(options.found[0]);
    free(options.found[1]);
    free(seeds);
    return status;
}

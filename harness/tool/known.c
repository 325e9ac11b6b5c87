/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop known: every known finding on every QEMU. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/print.h"
#include "harness/base/time.h"
#include "harness/report/matrix.h"
#include "harness/setup/program.h"
#include "harness/setup/setup.h"
#include "harness/tool/outputs.h"
#include "harness/tool/replay_run.h"
#include "harness/tool/tool.h"

enum { MOST_QEMUS = 32, KEY_TRUST = 0x100, KEY_RECORD, KEY_HTML };

struct options {
    const char *programs[MOST_QEMUS];
    size_t n_programs;
    char **cases; /* none: all */
    size_t n_cases;
    const char *known, *html;
    unsigned jobs;
    bool trust, record, table;
    struct outputs outputs;
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case 'q':
        if (options->n_programs == MOST_QEMUS) {
            argp_error(state, "--qemu: more than %d", MOST_QEMUS);
        }
        options->programs[options->n_programs++] = value;
        return 0;
    case 'k':
        options->known = value;
        return 0;
    case 'J':
        options->jobs = (unsigned)tool_number(value, 1, 64, state, "--jobs");
        return 0;
    case 't':
        options->table = true;
        return 0;
    case KEY_HTML:
        options->html = value;
        return 0;
    case KEY_RECORD:
        options->record = true;
        return 0;
    case KEY_TRUST:
        options->trust = true;
        return 0;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->outputs;
        return 0;
    case ARGP_KEY_ARGS:
        options->cases = state->argv + state->next;
        options->n_cases = (size_t)(state->argc - state->next);
        return 0;
    case ARGP_KEY_END:
        if (options->outputs.json && options->table) {
            argp_error(state, "--json or --table, not both");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_known_argp = {
    .options = (const struct argp_option[]){
        { "qemu", 'q', "BINARY", 0, SETUP_PROGRAM "ARCHITECTURE*, a name in PATH or a path; repeatable (default: "
                                    PROGRAM_ENV ", else what is installed).  For cases of another architecture that "
                                    "beside it is taken, of the same name but for the architecture", 0 },
        { "known", 'k', "FILE", 0, "list of known findings (default: the one that comes with hardstop); beside it are "
                                   "cases/regress, and versions.tsv with what is expected of which QEMU", 0 },
        { "trust-setup", KEY_TRUST, NULL, 0, "with --known: start what a case asks for, whatever it is", 0 },
        { "jobs", 'J', "N", 0, "replays side by side (default: the cores)", 0 },
        { "record", KEY_RECORD, NULL, 0, "put what is shown into versions.tsv; what it has of other QEMUs stays", 0 },
        { "table", 't', NULL, 0, "all of versions.tsv as a table in Markdown, with what is shown in its place; without "
                                 "--qemu nothing is replayed", 0 },
        { "html", KEY_HTML, "FILE", 0, "write the same table as a page, a row for each fault", 0 },
        { 0 },
    },
    .parser = parse,
    .children = (const struct argp_child[]){ { &outputs_argp, 0, NULL, 0 }, { 0 } },
    .args_doc = "[CASE...]",
    .doc = "Replays the case of each known finding, or the CASEs named, on each QEMU.  confirmed: it shows what the "
           "list says, by signature or alias; fixed: no property fails; changed: something else is shown; not "
           "applicable: that QEMU has no such machine or device; not tried: it is another architecture's case, whose "
           "QEMU is missing.  Lines without a case (-) are left out.\v"
           "Exit status: 0 all that was tried is as versions.tsv has it, or, of a version that it does not have, "
           "confirmed; 1 something is not; 2 trouble, or no line was tried.",
};

struct replaying {
    const struct options *options;
    struct known known;
    char *record; /* versions.tsv */
    struct replays recorded, shown;
    struct replay_task *tasks;
    size_t n_tasks;
    double seconds; /* that all took */
    char versions[MOST_QEMUS][sizeof(((struct replay *)NULL)->qemu)];
    bool failed; /* something has no verdict */
};

/* The list, and what is recorded of it. */
static int read_lists(struct replaying *replaying, struct hs_error *err)
{
    const char *given = replaying->options->known;
    char *path = given ? hs_strdup(given) : tool_corpus("known.tsv");
    const char *slash = path ? strrchr(path, '/') : NULL;
    int result;

    if (!path) {
        return hs_fail(err, HS_NO_OFFSET, "the list of known findings is not where it was when this hardstop was "
                                          "built: --known FILE names one");
    }
    replaying->record = hs_format("%.*sversions.tsv", slash ? (int)(slash + 1 - path) : 0, path);
    result = known_read(path, &replaying->known, err) < 0
                 ? -1
                 : replays_read(replaying->record, &replaying->recorded, err);
    free(path);
    return result;
}

/* Without --qemu: what is installed, of whichever architecture. */
static void set_default(struct options *options)
{
    static const char *const installed[] = { SETUP_BINARY("s390x"), SETUP_BINARY("x86_64") };

    for (size_t i = 0; i < HS_COUNT(installed) && !options->n_programs; i++) {
        char *path = program_find(installed[i], NULL);

        if (path || i + 1 == HS_COUNT(installed)) {
            options->programs[options->n_programs++] = installed[i];
        }
        free(path);
    }
}

static bool is_chosen(const struct options *options, const struct known_line *line)
{
    bool chosen = !options->n_cases && known_has_case(line);

    for (size_t i = 0; i < options->n_cases; i++) {
        chosen |= strcmp(options->cases[i], line->name) == 0;
    }
    return chosen;
}

static int check_cases(const struct replaying *replaying, struct hs_error *err)
{
    for (size_t i = 0; i < replaying->options->n_cases; i++) {
        if (!known_of_case(&replaying->known, replaying->options->cases[i])) {
            return hs_fail(err, HS_NO_OFFSET, "no line of the list has the case %s", replaying->options->cases[i]);
        }
    }
    return 0;
}

/* A column is a version's: -1 when the QEMU of that number has the version of one before it. */
static int check_version(const struct replaying *replaying, size_t at, struct hs_error *err)
{
    const struct options *options = replaying->options;

    for (size_t i = 0; i < at; i++) {
        if (strcmp(replaying->versions[i], replaying->versions[at]) == 0) {
            return hs_fail(err, HS_NO_OFFSET, "%s and %s are both QEMU %s: ask one after the other",
                           options->programs[i], options->programs[at], replaying->versions[at]);
        }
    }
    return 0;
}

static int replay_all(struct replaying *replaying, struct hs_error *err)
{
    const struct options *options = replaying->options;
    /* What comes with hardstop is no stranger's. */
    enum trust trust = options->trust || !options->known ? TRUST_ALL : TRUST_NONE;
    double began = time_now();
    int result;

    for (size_t k = 0; k < options->n_programs; k++) {
        if (replay_version(options->programs[k], replaying->versions[k], err) < 0 ||
            check_version(replaying, k, err) < 0) {
            return -1;
        }
        for (size_t i = 0; i < replaying->known.n; i++) {
            if (is_chosen(options, &replaying->known.lines[i])) {
                *HS_PUSH(replaying->tasks, replaying->n_tasks) =
                    (struct replay_task){ .line = &replaying->known.lines[i], .program = options->programs[k],
                                          .version = replaying->versions[k] };
            }
        }
    }
    result = replay_run(&replaying->known, replaying->tasks, replaying->n_tasks, options->jobs, trust, tool_fail,
                        &replaying->shown, err);
    replaying->failed = replaying->shown.n != replaying->n_tasks;
    replaying->seconds = time_now() - began;
    return result;
}

static bool has_answer(const struct replay *replay)
{
    return replay->state != KNOWN_NOT_APPLICABLE && replay->state != KNOWN_NOT_TRIED;
}

static void add_result(const struct replaying *replaying, const struct replay_task *task, struct results *results)
{
    const struct replay *replay = replays_find(&replaying->shown, task->line->name, task->version);
    bool is_expected = replay && matrix_is_expected(replay, &replaying->recorded);
    char *path = hs_format("%s/%s", replaying->known.folder, task->line->name);

    results_add_test(results, &(struct result_test){
        .group = results->suites[results->n - 1].name, .name = task->line->name,
        .state = !replay                                ? RESULT_ERROR
                 : !is_expected                         ? RESULT_FAILED
                 : has_answer(replay)                    ? RESULT_PASSED
                                                        : RESULT_SKIPPED,
        .type = replay ? known_state_name(replay->state) : "unknown", .message = replay ? replay->words : task->why,
        .text = task->line->cause, .seconds = replay ? replay->seconds : 0,
    });
    if (replay && has_answer(replay)) {
        matrix_class(task->line, replay, path, results);
    }
    free(path);
}

/* A suite for each QEMU, in the order in which they are named. */
static void make_results(const struct replaying *replaying, struct results *results)
{
    const char *version = NULL;

    results_open(results, "hardstop known");
    for (size_t i = 0; i < replaying->n_tasks; i++) {
        const struct replay_task *task = &replaying->tasks[i];

        if (task->version != version) {
            char *name = hs_format("known findings on QEMU %s", task->version);
            char *category = hs_format("known/%s", task->version);

            version = task->version;
            results_add_suite(results, name, category, 0);
            free(category);
            free(name);
        }
        add_result(replaying, task, results);
        results->suites[results->n - 1].seconds = replaying->seconds / (double)replaying->options->n_programs;
    }
}

struct page {
    const struct replaying *replaying;
    const struct replays *all;
};

static void print_page(FILE *out, const void *user)
{
    const struct page *page = user;

    matrix_html(out, &page->replaying->known, page->all, &page->replaying->recorded);
}

static void print(const struct replaying *replaying, const struct replays *all)
{
    if (replaying->options->table) {
        matrix_markdown(stdout, &replaying->known, all);
    } else if (outputs_has_text(&replaying->options->outputs)) {
        matrix_text(stdout, &replaying->known, &replaying->shown, &replaying->recorded);
    }
}

static int write_outputs(const struct replaying *replaying, struct hs_error *err)
{
    const struct outputs *outputs = &replaying->options->outputs;
    json_t *json = outputs->json ? matrix_json(&replaying->known, &replaying->shown, &replaying->recorded) : NULL;
    struct results results;
    int result;

    make_results(replaying, &results);
    result = outputs_write(outputs, json, &results, err);
    results_clear(&results);
    return result;
}

/* -1 when there were lines to try, and a program for none of them. */
static int check_tried(const struct replaying *replaying, struct hs_error *err)
{
    size_t tried = 0;

    for (size_t i = 0; i < replaying->shown.n; i++) {
        tried += replaying->shown.list[i].state != KNOWN_NOT_TRIED;
    }
    return tried || !replaying->shown.n
               ? 0
               : hs_fail(err, HS_NO_OFFSET, "no line was tried: %s", replaying->shown.list[0].words);
}

/* Prints what is shown, and records it where that is wanted. */
static int deliver(const struct replaying *replaying, struct hs_error *err)
{
    struct replays all = { 0 };
    int status = TOOL_CLEAN;

    for (size_t i = 0; i < replaying->recorded.n; i++) {
        replays_put(&all, &replaying->recorded.list[i]);
    }
    for (size_t i = 0; i < replaying->shown.n; i++) {
        if (replaying->shown.list[i].state != KNOWN_NOT_TRIED) {
            replays_put(&all, &replaying->shown.list[i]);
        }
        status = matrix_is_expected(&replaying->shown.list[i], &replaying->recorded) ? status : TOOL_FINDING;
    }
    print(replaying, &all);
    if (check_tried(replaying, err) < 0) {
        status = tool_fail(err);
    }
    if (write_outputs(replaying, err) < 0 ||
        (replaying->options->html &&
         print_file(replaying->options->html, print_page, &(struct page){ replaying, &all }, err) < 0)) {
        status = tool_fail(err);
    }
    if (replaying->options->record && replays_write(replaying->record, &all, &replaying->known, err) < 0) {
        status = tool_fail(err);
    }
    replays_clear(&all);
    return replaying->failed ? TOOL_TROUBLE : status;
}

int command_known(int argc, char **argv)
{
    struct options options = { .jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN) };
    struct replaying replaying = { .options = &options };
    struct hs_error err;
    int status;

    command_line_parse(&command_known_argp, argc, argv, &options);
    if (!options.table) {
        set_default(&options);
    }
    if (outputs_open(&options.outputs, &options.html, 1, &err) < 0 || read_lists(&replaying, &err) < 0 ||
        check_cases(&replaying, &err) < 0 || replay_all(&replaying, &err) < 0) {
        status = tool_fail(&err);
    } else {
        status = deliver(&replaying, &err);
    }
    known_clear(&replaying.known);
    replays_clear(&replaying.recorded);
    replays_clear(&replaying.shown);
    for (size_t i = 0; i < replaying.n_tasks; i++) {
        free(replaying.tasks[i].why);
    }
    free(replaying.tasks);
    free(replaying.record);
    return status;
}

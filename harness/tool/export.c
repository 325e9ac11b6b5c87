/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop export: a finding as a test of QEMU's own, or as what a security contact needs. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/print.h"
#include "harness/finding/exported.h"
#include "harness/report/exported/exported_print.h"
#include "harness/report/verdict.h"
#include "harness/tool/session.h"

/* Behind the forms of a test. */
enum {
    AS_STREAM = EXPORTED_FORMS,
    AS_BUNDLE,
    AS_KINDS,
};

struct options {
    struct file_options file;
    struct setup_options setup;
    const char *output, *name;
    int as;
};

static const char *as_name(int as)
{
    return as == AS_STREAM ? "stream" : as == AS_BUNDLE ? "bundle" : exported_form_name((enum exported_form)as);
}

static int as_of(const char *word, struct argp_state *state)
{
    for (int as = 0; as < AS_KINDS; as++) {
        if (strcmp(as_name(as), word) == 0) {
            return as;
        }
    }
    argp_error(state, "--as takes qtest, python, shell, stream or bundle, not \"%s\"", word);
    return AS_KINDS;
}

static bool has_word(const char *name)
{
    while (*name && !isalnum((unsigned char)*name)) {
        name++;
    }
    return *name != '\0';
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->file;
        state->child_inputs[1] = &options->setup;
        return 0;
    case 'a':
        options->as = as_of(value, state);
        return 0;
    case 'n':
        options->name = value;
        return 0;
    case 'o':
        options->output = value;
        return 0;
    case ARGP_KEY_END:
        if (options->as == AS_KINDS) {
            argp_error(state, "--as KIND: qtest, python, shell, stream or bundle?");
        }
        if (options->as >= EXPORTED_FORMS && !options->output) {
            argp_error(state, "--as %s writes more than one file: --output PATH", as_name(options->as));
        }
        if (options->as >= EXPORTED_FORMS && file_is_stdout(options->output)) {
            argp_error(state, "--as %s writes more than one file, and standard output is one", as_name(options->as));
        }
        if (options->file.json) {
            argp_error(state, "a test is no JSON; hardstop repro --json tells of a finding");
        }
        if (options->name && !has_word(options->name)) {
            argp_error(state, "--name \"%s\" has neither a letter nor a digit", options->name);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_export_argp = {
    .options =
        (const struct argp_option[]){
            { "as", 'a', "KIND", 0,
              "qtest: a C test for tests/qtest of QEMU's tree; python: a script as in its "
              "tests/functional; shell: a script for any QEMU binary; stream: PATH, a migration "
              "stream, and PATH.cmd, the command line that loads it; bundle: a folder with all that "
              "a security contact needs",
              0 },
            { "name", 'n', "NAME", 0, "what the test is called (default: as FILE)", 0 },
            { "output", 'o', "PATH", 0, "where it goes (default for a test: standard output)", 0 },
            { 0 },
        },
    .parser = parse,
    .args_doc = "FILE [-- QEMU_COMMAND_LINE]",
    .children = judge_children,
    .doc =
        "Writes a finding as a test that needs nothing of hardstop: it fails on a QEMU that has the fault, passes on "
        "one that has not, and is skipped by one that does not take the undamaged stream.  An unmodified QEMU must "
        "show the finding before anything is written.  Of two QEMUs that differ it shows what one of them breaks "
        "alone.\v"
        "Exit status: 0 it is written; 2 there is no finding, or one that no test of a load and a save can show.\n\n"
        "Example: hardstop export work/findings/db19e30b3a5038bc.textproto --as python -o test_migration_bh.py",
};

/* "ccw-rng-queue-num" of a path, or what was given. */
static char *test_name(const struct options *options)
{
    const char *path = options->file.path, *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strchr(name, '.');

    char *own = hs_format("%.*s", dot ? (int)(dot - name) : 99, name);

    if (!options->name && has_word(own)) {
        return own;
    }
    free(own);
    return hs_strdup(options->name ? options->name : "finding");
}

/* The command line, for a shell and for `hardstop load FILE -- @FILE.cmd`. */
static char *command_line(const struct exported *exported)
{
    char *line = arguments_line(&exported->arguments), *whole = hs_format("%s\n", line);

    free(line);
    return whole;
}

static int write_stream(const struct exported *exported, const char *path, struct hs_error *err)
{
    char *beside = hs_format("%s.cmd", path), *line = command_line(exported);
    int status = !file_is_regular(path) ? hs_fail(err, HS_NO_OFFSET, "%s: is no regular file", path)
                                        : tool_write(path, exported->stream.data, exported->stream.size, err);

    status = status < 0 ? -1 : tool_write(beside, line, strlen(line), err);
    free(beside);
    free(line);
    return status;
}

struct test {
    const struct exported *exported;
    const struct judgement *judgement;
    const char *name;
    enum exported_form form;
};

static void print_test(FILE *out, const void *user)
{
    const struct test *test = user;

    exported_print(out, test->exported, test->form, test->name);
}

static void print_report(FILE *out, const void *user)
{
    const struct test *test = user;
    char *line = command_line(test->exported);

    fprintf(out, "%s\n\nFound in %s with\n  %s\n", test->exported->finding.message, test->judgement->loader, line);
    verdict_text(out, test->judgement);
    verdict_finding(out, &test->exported->finding);
    fprintf(out, "\nstream         what is loaded, by -incoming; made by hand, without firmware and guest RAM\n"
                 "control        a stream of the same machine that is as it should be\n"
                 "test.sh QEMU   loads both: 1 where QEMU has the fault, 0 where it has not\n"
                 "case.textproto the stream as text, for hardstop repro --confirm\n\n"
                 "An unmodified QEMU showed it before this was written.\n");
    free(line);
}

/* A folder below one with .git is about to be published. */
static int check_is_private(const char *folder, struct hs_error *err)
{
    char *path = realpath(folder, NULL), *slash;
    bool is_in_tree = false;

    while (path && !is_in_tree && (slash = strrchr(path, '/'))) {
        char *git = hs_format("%s/.git", path);

        is_in_tree = access(git, F_OK) == 0;
        free(git);
        *slash = 0;
    }
    free(path);
    return is_in_tree ? hs_fail(err, HS_NO_OFFSET,
                                "%s: is in a git tree, and a bundle is for a security contact alone; --output names a "
                                "folder elsewhere",
                                folder)
                      : 0;
}

/* Nobody else's: one that is there stays as it is. */
static int make_folder(const char *path, struct hs_error *err)
{
    const char *slash = strrchr(path, '/');
    char *above = slash && slash > path ? hs_format("%.*s", (int)(slash - path), path) : hs_strdup(slash ? "/" : ".");
    int status = file_make_folder(above, err);

    status = status < 0 ? -1 : check_is_private(above, err);
    free(above);
    if (status == 0 && mkdir(path, 0700) < 0) {
        return hs_fail(err, HS_NO_OFFSET, "%s: no new folder for a bundle: %s", path, strerror(errno));
    }
    return status;
}

static int write_bundle(const struct test *test, const char *folder, struct hs_error *err)
{
    const struct exported *exported = test->exported;
    const struct {
        const char *name;
        const struct builder *bytes;
        print_fn *print;
    } files[] = {
        { "stream", &exported->stream, NULL },
        { "control", &exported->control, NULL },
        { "test.sh", NULL, print_test },
        { "README", NULL, print_report },
    };
    char *path = hs_format("%s/case.textproto", folder);
    int status = make_folder(folder, err) < 0 ? -1 : tool_write_case(path, test->judgement->test, err);

    free(path);
    for (size_t i = 0; i < HS_COUNT(files) && status == 0; i++) {
        path = hs_format("%s/%s", folder, files[i].name);
        status = files[i].print ? print_file(path, files[i].print, test, err)
                                : tool_write(path, files[i].bytes->data, files[i].bytes->size, err);
        free(path);
    }
    return status;
}

/* What may be memory that is not the device's is not to be published first. */
static void warn(const struct judgement *judgement)
{
    const struct loader_answer *answer = &judgement->actual.answer;

    if (answer->outcome == OUTCOME_CRASHED &&
        (answer->signal == SIGSEGV || answer->signal == SIGBUS || loader_report_is_own(&answer->report))) {
        fputs("hardstop: this may be unsafe for memory: report it to QEMU's security contact before you publish a "
              "test (--as bundle has what that takes)\n",
              stderr);
    }
}

static int export(const struct options *options, const struct judgement *judgement, const struct exported *exported,
                  struct hs_error *err)
{
    char *name = test_name(options);
    struct test test = { exported, judgement, name, EXPORTED_SHELL };
    int status;

    if (options->as == AS_STREAM) {
        status = write_stream(exported, options->output, err);
    } else if (options->as == AS_BUNDLE) {
        status = write_bundle(&test, options->output, err);
    } else {
        test.form = (enum exported_form)options->as;
        status = print_file(options->output ? options->output : "-", print_test, &test, err);
    }
    free(name);
    return status;
}

/* A test has one of two QEMUs that differ. */
static int make(const struct session *session, const struct judgement *judgement, struct exported *exported,
                struct hs_error *err)
{
    enum trust trust = session->trust;

    if (judgement->test != session->test) {
        /* Which program the second one is was not the file's choice. */
        trust |= TRUST_BINARY;
    }
    return exported_make(judgement, trust, exported, err);
}

static void tell_which(const struct judgement *chosen, const struct exported *exported)
{
    fprintf(stderr, "hardstop: the two differ, and a test is of one QEMU: it shows what %s breaks alone, %s (%s)\n",
            chosen->loader, exported->finding.property, chosen->test->setup->binary);
}

int command_export(int argc, char **argv)
{
    struct options options = { .as = AS_KINDS };
    struct judgement judgement = { 0 }, alone;
    const struct judgement *chosen = NULL;
    struct session session = { .oracle.repeat = true };
    struct exported exported = { 0 };
    struct hs_error err;
    int status = TOOL_CLEAN;

    command_line_parse(&command_export_argp, argc, argv, &options);
    if ((options.as != AS_BUNDLE && tool_open_outputs(&options.output, 1, &err) < 0) ||
        session_open(&session, &options.file, &options.setup, &err) < 0 ||
        oracle_judge(&session.oracle, session.test, &judgement, &err) < 0 ||
        !(chosen = exported_judgement(&judgement, &alone, &err)) || make(&session, chosen, &exported, &err) < 0 ||
        export(&options, chosen, &exported, &err) < 0) {
        status = tool_fail(&err);
    } else {
        if (chosen == &alone) {
            tell_which(chosen, &exported);
        }
        warn(chosen);
    }
    exported_clear(&exported);
    judgement_clear(&judgement);
    session_close(&session);
    tool_clear_setup(&options.setup);
    return status;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop: one table of sub-commands, from which dispatch and --help come. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/printable.h"
#include "harness/base/standard.h"
#include "harness/tool/completion.h"
#include "harness/tool/manual.h"
#include "harness/tool/tool.h"

#define COMMAND(name, summary) { #name, summary, command_##name, &command_##name##_argp }

const struct command commands[] = {
    COMMAND(capture, "take a migration stream from a real QEMU"),
    COMMAND(show, "a stream or case as a tree: offsets, field names, values"),
    COMMAND(load, "load a stream or case into the real QEMU: verdict and message"),
    COMMAND(damage, "truncate, insert, delete or overwrite bytes"),
    COMMAND(check, "judge all properties on a case"),
    COMMAND(repro, "replay a case or crash file, and confirm it on an unmodified QEMU"),
    COMMAND(minimize, "make a finding's case small, and say which fields cause it"),
    COMMAND(export, "a finding as a test of QEMU's own"),
    COMMAND(findings, "list findings as new, known or fixed"),
    COMMAND(known, "replay the known findings on any QEMU: confirmed, fixed, changed"),
    COMMAND(fuzz, "run the fuzz targets, and list what they find"),
    COMMAND(seeds, "make or check the canary seeds of all devices"),
    COMMAND(canaries, "make canary states of devices that are not virtio"),
    COMMAND(audit, "every damage at every byte of a section: what is refused, and what is not"),
    COMMAND(report, "an audit once more, in any of its forms"),
    COMMAND(experiment, "bytes missing, bytes too many: is the load always refused?"),
    COMMAND(compat, "QEMUs that meet: is what one saves kept by the other?"),
    COMMAND(vet, "may this QEMU be shipped?  all of it, in a fixed order, within a budget"),
    COMMAND(coverage, "lines of QEMU's own code that cases come by"),
    COMMAND(doctor, "what is missing on this machine, and how to get it"),
    { NULL, NULL, NULL, NULL },
};

static const char *name_of_command(size_t i)
{
    size_t n = HS_COUNT(commands) - 1;

    return i < n ? commands[i].name : i == n ? "help" : NULL;
}

/* Whether nobody is left to read what is printed, as behind `| head`. */
static bool reader_is_gone(void)
{
    struct pollfd out = { .fd = STDOUT_FILENO };

    return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP));
}

/* At every exit, those of argp's --help included: what was not delivered is no success. */
static void check_stdout(void)
{
    bool failed = ferror(stdout);

    failed |= fflush(stdout) != 0;
    if (!failed) {
        return;
    }
    if (!reader_is_gone()) {
        fprintf(stderr, "hardstop: standard output: what was printed could not be written\n");
    }
    _exit(TOOL_TROUBLE);
}

static int run(const struct command *command, int argc, char **argv)
{
    char *name = hs_format("hardstop %s", command->name);
    int status;

    argv[0] = name;
    status = command->run(argc, argv);
    free(name);
    return status;
}

static int fail_unknown(const char *name)
{
    char *nearest = command_line_nearest(name, name_of_command);

    if (nearest) {
        printable_print(stderr, "hardstop: no command \"%s\"; did you mean %s?\n", name, nearest);
    } else {
        printable_print(stderr, "hardstop: no command \"%s\"; hardstop help lists them\n", name);
    }
    free(nearest);
    return TOOL_TROUBLE;
}

static int fail_shell(const char *name)
{
    if (name) {
        printable_print(stderr, "hardstop: no completion for \"%s\"; there is one for " COMPLETION_SHELLS "\n", name);
    } else {
        fputs("hardstop: help --completion takes " COMPLETION_SHELLS "\n", stderr);
    }
    return TOOL_TROUBLE;
}

static const struct command *find_command(const char *name)
{
    for (const struct command *command = commands; command->name; command++) {
        if (strcmp(name, command->name) == 0) {
            return command;
        }
    }
    return NULL;
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* Of one command: its --help, or its man page. */
static int help_with(const char *name, bool as_manual)
{
    char option[] = "--help", *arguments[] = { NULL, option, NULL };
    const struct command *command = find_command(name);

    if (!command) {
        return fail_unknown(name);
    }
    if (as_manual) {
        manual_print(command, stdout);
        return TOOL_CLEAN;
    }
    return run(command, 2, arguments);
}

static int help(int argc, char **argv)
{
    bool as_manual = argc > 1 && strcmp(argv[1], "--man") == 0;
    const char *name = as_manual ? argv[2] : argv[1];

    if (argc > 2 + (as_manual || (name && strcmp(name, "--completion") == 0))) {
        fputs("hardstop: help takes one command, or --man COMMAND, or --completion SHELL\n", stderr);
        return TOOL_TROUBLE;
    }
    if (name && strcmp(name, "--completion") == 0) {
        return completion_print(argv[2], stdout) == 0 ? TOOL_CLEAN : fail_shell(argv[2]);
    }
    if (name && !is_one_of(name, "help", "--help")) {
        return help_with(name, as_manual);
    }
    (as_manual ? manual_print_all : manual_print_help)(stdout);
    return TOOL_CLEAN;
}

int main(int argc, char **argv)
{
    const struct command *command;

    standard_begin();
    argp_err_exit_status = TOOL_TROUBLE;
    argp_program_version = MANUAL_VERSION;
    atexit(check_stdout);
    if (argc < 2) {
        manual_print_help(stderr);
        return TOOL_TROUBLE;
    }
    if (is_one_of(argv[1], "--version", "-V")) {
        puts(MANUAL_VERSION);
        return TOOL_CLEAN;
    }
    if (is_one_of(argv[1], "--help", "-h")) {
        manual_print_help(stdout);
        return TOOL_CLEAN;
    }
    if (strcmp(argv[1], "help") == 0) {
        return help(argc - 1, argv + 1);
    }
    command = find_command(argv[1]);
    return command ? run(command, argc - 1, argv + 1) : fail_unknown(argv[1]);
}

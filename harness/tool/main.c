/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command: its own options and help, and which sub-command runs. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/printable.h"
#include "harness/base/standard.h"
#include "harness/tool/completion.h"
#include "harness/tool/manual.h"
#include "harness/tool/tool.h"

static const char *name_of_command(size_t i)
{
    const struct command *command = commands;

    while (command->name && i) {
        command++;
        i--;
    }
    return command->name ? command->name : i == 0 ? "help" : NULL;
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

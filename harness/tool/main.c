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
#include "harness/tool/tool.h"

#define VERSION "hardstop " HARDSTOP_VERSION

const struct command commands[] = {
    { "capture", "take a migration stream from a real QEMU", command_capture },
    { "show", "a stream or case as a tree: offsets, field names, values", command_show },
    { "load", "load a stream or case into the real QEMU: verdict and message", command_load },
    { "damage", "truncate, insert, delete or overwrite bytes", command_damage },
    { "check", "judge all properties on a case", command_check },
    { "repro", "replay a case or crash file, and confirm it on an unmodified QEMU", command_repro },
    { "minimize", "make a finding's case small, and say which fields cause it", command_minimize },
    { "findings", "list findings as new, known or fixed", command_findings },
    { "known", "replay the known findings on any QEMU: confirmed, fixed, changed", command_known },
    { "fuzz", "run the fuzz targets, and list what they find", command_fuzz },
    { "seeds", "make or check the canary seeds of all devices", command_seeds },
    { "canaries", "make canary states of devices that are not virtio", command_canaries },
    { "audit", "every damage at every byte of a section: what is refused, and what is not", command_audit },
    { "report", "an audit once more, in any of its forms", command_report },
    { "experiment", "bytes missing, bytes too many: is the load always refused?", command_experiment },
    { "compat", "QEMUs that meet: is what one saves kept by the other?", command_compat },
    { "coverage", "lines of QEMU's own code that cases come by", command_coverage },
    { "doctor", "what is missing on this machine, and how to get it", command_doctor },
    { NULL, NULL, NULL },
};

static const char *name_of_command(size_t i)
{
    size_t n = HS_COUNT(commands) - 1;

    return i < n ? commands[i].name : i == n ? "help" : NULL;
}

static void print_help(FILE *out)
{
    fputs("Usage: hardstop COMMAND [ARGUMENT...]\n"
          "Does a damaged migration stream meet a hard stop?  Real streams, real QEMU, real verdicts.\n\n", out);
    for (const struct command *command = commands; command->name; command++) {
        fprintf(out, "  %-10s %s\n", command->name, command->summary);
    }
    fputs("\nhardstop help COMMAND, or hardstop COMMAND --help, tells a command's options.\n" COMMAND_LINE_STATUS "\n",
          out);
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

static int help(const char *name)
{
    char option[] = "--help", *arguments[] = { NULL, option, NULL };
    const struct command *command = name ? find_command(name) : NULL;

    if (command) {
        return run(command, 2, arguments);
    }
    if (name && !is_one_of(name, "help", "--help")) {
        return fail_unknown(name);
    }
    print_help(stdout);
    return TOOL_CLEAN;
}

int main(int argc, char **argv)
{
    const struct command *command;

    standard_begin();
    argp_err_exit_status = TOOL_TROUBLE;
    argp_program_version = VERSION;
    atexit(check_stdout);
    if (argc < 2) {
        print_help(stderr);
        return TOOL_TROUBLE;
    }
    if (is_one_of(argv[1], "--version", "-V")) {
        puts(VERSION);
        return TOOL_CLEAN;
    }
    if (is_one_of(argv[1], "--help", "-h")) {
        return help(NULL);
    }
    if (strcmp(argv[1], "help") == 0) {
        return help(argv[2]);
    }
    command = find_command(argv[1]);
    return command ? run(command, argc - 1, argv + 1) : fail_unknown(argv[1]);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop: one table of sub-commands, from which dispatch and --help come. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/tool/tool.h"

const struct command commands[] = {
    { "capture", "take a migration stream from a real QEMU", command_capture },
    { "show", "a stream or case as a tree: offsets, field names, values", command_show },
    { "load", "load a stream or case into the real QEMU: verdict and message", command_load },
    { "damage", "truncate, insert, delete or overwrite bytes", command_damage },
    { "check", "judge all properties on a case", command_check },
    { "repro", "replay a case or crash file, and confirm it on an unmodified QEMU", command_repro },
    { "minimize", "make a finding's case small, and say which fields do it", command_minimize },
    { "findings", "list findings as new, known or fixed", command_findings },
    { "fuzz", "run the fuzz targets, and list what they find", command_fuzz },
    { "seeds", "make or check the canary seeds of all devices", command_seeds },
    { "audit", "every damage at every byte of a section: what is refused, and what is not", command_audit },
    { "report", "an audit once more, in any of its forms", command_report },
    { "experiment", "bytes missing, bytes too many: is the load always refused?", command_experiment },
    { "doctor", "what is missing on this machine, and how to get it", command_doctor },
    { NULL, NULL, NULL },
};

static void print_help(FILE *out)
{
    fputs("Usage: hardstop COMMAND [ARGUMENT...]\n"
          "Does a damaged migration stream meet a hard stop?  Real streams, real QEMU, real verdicts.\n\n", out);
    for (const struct command *command = commands; command->name; command++) {
        fprintf(out, "  %-9s %s\n", command->name, command->summary);
    }
    fputs("\nhardstop COMMAND --help tells a command's options.\n"
          "Exit status: 0 clean, 1 finding, 2 usage or harness failure.\n", out);
}

static int run(const struct command *command, int argc, char **argv)
{
    char *name = hs_format("hardstop %s", command->name);
    int status;

    argv[0] = name;
    status = command->run(argc, argv);
    free(name);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "hardstop: standard output: what was printed could not be written\n");
        return TOOL_TROUBLE;
    }
    return status;
}

int main(int argc, char **argv)
{
    argp_err_exit_status = TOOL_TROUBLE;
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        print_help(stderr);
        return TOOL_TROUBLE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return TOOL_CLEAN;
    }
    for (const struct command *command = commands; command->name; command++) {
        if (strcmp(argv[1], command->name) == 0) {
            return run(command, argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "hardstop: no command \"%s\"; hardstop --help lists them\n", argv[1]);
    return TOOL_TROUBLE;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is started for a setup: the one way from a setup to a QEMU's command line. */
#ifndef HARDSTOP_LOADER_QEMU_COMMAND_LINE_H
#define HARDSTOP_LOADER_QEMU_COMMAND_LINE_H

#include "case.pb-c.h"
#include "harness/base/arguments.h"
#include "harness/base/error.h"
#include "harness/setup/trust.h"

struct command_line {
    char *path; /* of the program */
    struct arguments arguments; /* stopped, without display, devices and defaults but the setup's own */
};

/*
 * Fills `command`.  0, or -1 with a reason: a part of the setup that is not among `trust` asks for what a file may not
 * ask for, or there is no such program.  command_line_clear() is needed in both cases.
 */
int command_line_prepare(struct command_line *command, const Hardstop__Setup *setup, enum trust trust,
                         struct hs_error *err);
void command_line_clear(struct command_line *command);

/* The descriptor by which a QEMU is given the stream that it loads. */
#define COMMAND_LINE_FD "3"

/*
 * The line of a shell that starts the arguments with the file at `path` as that descriptor; free it.  `binary`, as the
 * setup has it, may stand for `program`, which PATH does not have.
 */
char *command_line_shell(const struct arguments *arguments, const char *binary, const char *program, const char *path);

/*
 * Turns QEMU's own start-up error into one that says what to do: an unknown machine or device, a device whose module
 * is not installed.  `text` is what QEMU printed.  Returns -1.
 */
int command_line_explain(const Hardstop__Setup *setup, const char *text, struct hs_error *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all command lines have in common: version, exit statuses in the help, and what was meant by a misspelt word. */
#ifndef HARDSTOP_TOOL_COMMAND_LINE_H
#define HARDSTOP_TOOL_COMMAND_LINE_H

#include <argp.h>
#include <stddef.h>

#include "harness/base/arguments.h"
#include "harness/tool/option_table.h"

/* The `i`th of some names, valid until the next call; NULL behind the last. */
typedef const char *command_line_name_fn(size_t i);

/*
 * Of the names, the one that `word` most probably is a misspelling of, or the first that begins with it; NULL when none
 * is near; free it.
 */
char *command_line_nearest(const char *word, command_line_name_fn *name);

/*
 * While a command line of hardstop is parsed: the QEMU command line that stands behind "--" in it, for a command that
 * has the option --qemu; it begins with a program called qemu..., or with @FILE.
 */
const struct arguments *command_line_tail(void);

/*
 * Parses as argp_parse() does.  Wrong usage and --help end the process; an option that is misspelt is told what it
 * should be.
 */
void command_line_parse(const struct argp *argp, int argc, char **argv, void *input);

#endif

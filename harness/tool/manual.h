/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hardstop says of itself: the list of commands, and man pages, from the tables that --help is made of. */
#ifndef HARDSTOP_TOOL_MANUAL_H
#define HARDSTOP_TOOL_MANUAL_H

#include <stdio.h>

#include "harness/tool/tool.h"

#define MANUAL_VERSION "hardstop " HARDSTOP_VERSION

/* The list of commands, as hardstop help prints it. */
void manual_print_help(FILE *out);

/* hardstop-COMMAND(1), and hardstop(1), in the macros of man(7). */
void manual_print(const struct command *command, FILE *out);
void manual_print_all(FILE *out);

#endif

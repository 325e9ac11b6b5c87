/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What completes the words of a hardstop command line in a shell, from the tables that --help is made of. */
#ifndef HARDSTOP_TOOL_COMPLETION_H
#define HARDSTOP_TOOL_COMPLETION_H

#include <stdio.h>

#define COMPLETION_SHELLS "bash, zsh or fish"

/* Prints the script for a shell.  0, or -1 when there is none of that name, or it is NULL. */
int completion_print(const char *shell, FILE *out);

#endif

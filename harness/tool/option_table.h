/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command's argp tables say, for all that is made of them: --help, man pages, shell completion. */
#ifndef HARDSTOP_TOOL_OPTION_TABLE_H
#define HARDSTOP_TOOL_OPTION_TABLE_H

#include <argp.h>

/* For every --help that has no "Exit status:" of its own. */
#define COMMAND_LINE_STATUS "Exit status: 0 clean, 1 a finding, 2 wrong usage or a failure of hardstop itself."
/* For that of a command which judges nothing. */
#define COMMAND_LINE_STATUS_DONE "Exit status: 0 done, 2 wrong usage or a failure of hardstop itself."

/* A row, or the header of those that follow: a doc alone, without name and key. */
typedef void option_table_fn(void *user, const struct argp_option *option);

/* Each row that can be seen, then those of the children with their headers, in the order of the tables. */
void option_table_walk(const struct argp *argp, option_table_fn *each, void *user);

/* The text of an option, or of an ARGP_KEY_HELP_ key, as the command's help has it: "" for none; free it. */
char *option_table_text(const struct argp *argp, int key, const char *text);

/* What stands before and behind the options in --help; the latter says what each exit status means; free them. */
char *option_table_before(const struct argp *argp);
char *option_table_behind(const struct argp *argp);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a command line that people have in a file. */
#ifndef HARDSTOP_BASE_SHELL_SPLIT_H
#define HARDSTOP_BASE_SHELL_SPLIT_H

#include "harness/base/arguments.h"
#include "harness/base/error.h"

/*
 * The words of a simple command, as a POSIX shell takes it apart: quotes, backslashes, comments; line ends separate
 * words.  Appends them to `words`.  Nothing is expanded or run: what would be (unquoted or within "..."), and what
 * begins another command, is an error with its offset.  0 or -1.
 */
int shell_split(const char *text, struct arguments *words, struct hs_error *err);

#endif

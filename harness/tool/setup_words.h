/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QEMU command line that a user gives behind "--". */
#ifndef HARDSTOP_TOOL_SETUP_WORDS_H
#define HARDSTOP_TOOL_SETUP_WORDS_H

#include "case.pb-c.h"
#include "harness/base/arguments.h"
#include "harness/base/error.h"

/*
 * Fills a new setup with what the words say, of which the first may be @FILE: then the file's words, in a shell's
 * quotes, stand in its place.  Standard error is told, in a line, what is left out.  0, or -1 with a reason.
 */
int setup_words_take(const struct arguments *words, Hardstop__Setup *setup, struct hs_error *err);

#endif

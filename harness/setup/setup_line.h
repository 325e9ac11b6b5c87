/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QEMU command line, as people have it, made a setup. */
#ifndef HARDSTOP_SETUP_SETUP_LINE_H
#define HARDSTOP_SETUP_SETUP_LINE_H

#include "case.pb-c.h"
#include "harness/base/arguments.h"
#include "harness/base/error.h"

/*
 * Fills a new setup with what the words say: `NAME=VALUE` words that a shell would put into the environment (left out),
 * the program, its options.  All are kept but those that say how to run a machine, not which one (display, monitors,
 * -incoming ...); what serial ports and other character devices are connected to becomes `null`.  `left_out` gets a
 * line for a person that says which, or NULL where there is none; free it.
 * 0, or -1 with a reason.
 */
int setup_line_parse(const struct arguments *words, Hardstop__Setup *setup, char **left_out, struct hs_error *err);

#endif

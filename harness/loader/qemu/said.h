/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a QEMU that loads as a user's does said: its words, without those that are not of the load, and reports. */
#ifndef HARDSTOP_LOADER_QEMU_SAID_H
#define HARDSTOP_LOADER_QEMU_SAID_H

#include "harness/loader/confirm.h"
#include "harness/loader/qemu/command_line.h"
#include "harness/loader/qemu/process.h"

/* Takes what the process has said until now as the text of `result`; returns its length. */
size_t said_read(struct process *process, struct confirm_result *result);

/*
 * Once the outcome is there: leaves out of its text what a start without a stream, by the command line `without`, says,
 * too, takes a sanitizer's report out of it, and shortens what is long.  0, or -1 with a reason: it does not start.
 */
int said_finish(const Hardstop__Setup *setup, const struct command_line *without, struct confirm_result *result,
                struct hs_error *err);

#endif

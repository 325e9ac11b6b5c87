/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is started for a setup: the one way from a setup to a QEMU's command line. */
#ifndef HARDSTOP_LOADER_QEMU_LAUNCH_H
#define HARDSTOP_LOADER_QEMU_LAUNCH_H

#include "case.pb-c.h"
#include "harness/base/arguments.h"
#include "harness/base/error.h"
#include "harness/setup/trust.h"

struct launch {
    char *path; /* of the program */
    struct arguments arguments; /* stopped, without display, devices and defaults but the setup's own */
};

/*
 * Fills `launch`.  0, or -1 with a reason: a part of the setup that is not among `trust` asks for what a file may not
 * ask for, or there is no such program.  launch_clear() is needed in both cases.
 */
int launch_prepare(struct launch *launch, const Hardstop__Setup *setup, enum trust trust, struct hs_error *err);
void launch_clear(struct launch *launch);

/*
 * Turns QEMU's own start-up error into one that says what to do: an unknown machine or device, a device whose module
 * is not installed.  `text` is what QEMU printed.  Returns -1.
 */
int launch_explain(const Hardstop__Setup *setup, const char *text, struct hs_error *err);

#endif

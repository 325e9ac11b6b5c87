/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Letting a guest run until it stops by itself. */
#ifndef HARDSTOP_LOADER_QEMU_RUNNING_H
#define HARDSTOP_LOADER_QEMU_RUNNING_H

#include "harness/loader/qemu/qmp.h"

/*
 * True when each processor in the answer of QEMU's monitor to "info registers -a" (target/i386/cpu-dump.c, QEMU 7.2:
 * lines with "EFL=00000006" and "HLT=1") is halted and takes no interrupt: nothing in the guest can wake it.  False of
 * other architectures, whose guests stop QEMU in that state.
 */
bool running_is_halted(const char *registers);

/*
 * Lets the guest of a stopped QEMU run until it stops: QEMU has stopped it, started with actions that say so on a panic
 * or a reset, or it is halted for good.  0, or -1 with a reason: it did not within LOADER_RUN_MS; or it is `small`, one
 * of ours, and does not ask for a reset, by which they say that they are ready.
 */
int running_await_end(struct qmp *qmp, bool small, struct hs_error *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a load in a QEMU that was started with -incoming and takes commands. */
#ifndef HARDSTOP_LOADER_QEMU_ARRIVAL_H
#define HARDSTOP_LOADER_QEMU_ARRIVAL_H

#include "harness/loader/outcome.h"
#include "harness/loader/qemu/qmp.h"

/*
 * Waits until QEMU says that the load failed (REJECTED) or that it is over (ACCEPTED), as long as patience lasts;
 * `outcome` begins as UNKNOWN.  0, or -1 with a reason, of which the kind is in `qmp->failure`.
 */
int arrival_await(struct qmp *qmp, struct patience *patience, enum outcome *outcome, struct hs_error *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was built to run in a QEMU: the object of a served one, and our guests. */
#ifndef HARDSTOP_LOADER_QEMU_OBJECT_H
#define HARDSTOP_LOADER_QEMU_OBJECT_H

#include "case.pb-c.h"

#include "harness/base/error.h"

/*
 * The path of the preload object: what HARDSTOP_PRELOAD_OBJECT says, or beside the running program; free it.  NULL with
 * a reason when there is none.
 */
char *object_path(struct hs_error *err);

/*
 * The path of the guest (harness/guest) for the setup's architecture, beside the running program; free it.  NULL with a
 * reason when there is none.
 */
char *object_guest(const Hardstop__Setup *setup, struct hs_error *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was built to run in a QEMU: the object of a served one, and our guests. */
#ifndef HARDSTOP_LOADER_QEMU_OBJECT_H
#define HARDSTOP_LOADER_QEMU_OBJECT_H

#include "harness/base/error.h"

/*
 * The path of the preload object: what HARDSTOP_PRELOAD_OBJECT says, or beside the running program; free it.  NULL with
 * a reason when there is none.
 */
char *object_path(struct hs_error *err);

/*
 * The path of the guest (harness/guest) for a QEMU of that name, beside the running program; free it.  NULL with a
 * reason when there is none.
 */
char *object_guest(const char *binary, struct hs_error *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The object that runs inside a served QEMU. */
#ifndef HARDSTOP_LOADER_QEMU_OBJECT_H
#define HARDSTOP_LOADER_QEMU_OBJECT_H

#include "harness/base/error.h"

/*
 * The path of the preload object: what HARDSTOP_PRELOAD_OBJECT says, or beside the running program; free it.  NULL with
 * a reason when there is none.
 */
char *object_path(struct hs_error *err);

#endif

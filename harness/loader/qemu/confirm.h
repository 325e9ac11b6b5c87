/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading a stream as a user does, with the stack of a crash. */
#ifndef HARDSTOP_LOADER_QEMU_CONFIRM_H
#define HARDSTOP_LOADER_QEMU_CONFIRM_H

#include "harness/loader/confirm.h"
#include "harness/loader/qemu/watch.h"

/* As confirm_run(), and `watch` can be read then.  Where that is NULL, QEMU runs without any part of ours. */
int confirm_watched(const Hardstop__Setup *setup, enum trust trust, const char *path,
                    const struct confirm_limits *limits, struct watch *watch, struct confirm_result *result,
                    struct hs_error *err);

#endif

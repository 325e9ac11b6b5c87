/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loader for a QEMU that the preload object cannot enter: each load starts one, unmodified, with -incoming, and an
 * accepted state is migrated out again.  Crashes have no stack, and a rejection no number.
 */
#ifndef HARDSTOP_LOADER_QEMU_SLOW_H
#define HARDSTOP_LOADER_QEMU_SLOW_H

#include "harness/loader/open.h"

/*
 * As qemu_open(), for a setup whose parts have been checked; says on stderr, once for each reason, that it is slow, and
 * `why`, which says what would make it fast.
 */
struct loader *slow_open(const Hardstop__Setup *setup, const struct loader_options *options, const char *why,
                         struct hs_error *err);

/* True for a loader of this kind. */
bool slow_is(const struct loader *loader);

#endif

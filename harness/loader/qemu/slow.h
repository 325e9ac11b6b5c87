/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loader for a QEMU that the preload object cannot enter: each load starts one with -incoming, and an accepted
 * state is migrated out again.  A rejection has no number.  A crash has a stack where QEMU takes the object, which then
 * does nothing but note it; else QEMU is unmodified.
 */
#ifndef HARDSTOP_LOADER_QEMU_SLOW_H
#define HARDSTOP_LOADER_QEMU_SLOW_H

#include "harness/loader/loader.h"
#include "harness/loader/options.h"
#include "harness/setup/trust.h"

/*
 * As qemu_open(), for a setup whose parts have been checked; says on stderr, once for each reason, that it is slow, and
 * `why`, which says what would make it fast.  `object`: the path of what this QEMU lets in, or NULL.
 */
struct loader *slow_open(const Hardstop__Setup *setup, const struct loader_options *options, const char *object,
                         const char *why, struct hs_error *err);

/* True for a loader of this kind. */
bool slow_is(const struct loader *loader);

#endif

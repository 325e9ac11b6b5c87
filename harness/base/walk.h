/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files below a folder, which may be somebody else's. */
#ifndef HARDSTOP_BASE_WALK_H
#define HARDSTOP_BASE_WALK_H

#include "harness/base/error.h"

/* Takes one file: `path` leads to it, `name` is its part below the folder.  0, or -1 with a reason ends the walk. */
typedef int walk_fn(void *user, const char *path, const char *name, struct hs_error *err);

/*
 * Calls `take` for all that is no folder, sorted by name, without what begins with a dot.  Symbolic links are followed;
 * however many ways lead to a folder, circles among them, what it holds is taken once.  0, or -1 with a reason.
 */
int walk_files(const char *folder, walk_fn *take, void *user, struct hs_error *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which loader a setup is for: the one way to open one. */
#ifndef HARDSTOP_LOADER_OPEN_H
#define HARDSTOP_LOADER_OPEN_H

#include "harness/loader/counters.h"
#include "harness/loader/loader.h"
#include "harness/setup/trust.h"

struct loader_options {
    const char *preload; /* the object that runs inside QEMU; NULL: HARDSTOP_PRELOAD_OBJECT, or beside this program */
    uint64_t memory_limit; /* bytes that one load may add to the address space; 0: LOADER_MEMORY_LIMIT */
    struct loader_counters *counters; /* NULL: nothing is counted; open for as long as the loader */
};

/*
 * Opens the loader that the setup's binary is; `setup` is copied.  `trust` says which of its words are the user's or
 * the program's own: the others may ask only for what a file may ask for.  `options` may be NULL.  NULL with a reason:
 * a part that a file may not ask for, no such binary, unknown version, machine or device, a refused preload.
 */
struct loader *loader_open(const Hardstop__Setup *setup, enum trust trust, const struct loader_options *options,
                           struct hs_error *err);

/* What a loader is opened from, for those who are handed a function that opens one: see sweep.h. */
struct loader_source {
    const Hardstop__Setup *setup;
    enum trust trust;
};

/* loader_open() with `source`, a struct loader_source. */
struct loader *loader_open_source(void *source, struct hs_error *err);

/*
 * A number that changes when the files do that load for a setup: its program, and what is put into it.  Another build
 * of one version may give other verdicts.
 */
uint64_t loader_files(const Hardstop__Setup *setup);

/* The path of what is put into a loader's program; free it.  NULL with a reason when there is none. */
char *loader_object(struct hs_error *err);

#endif

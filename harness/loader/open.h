/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which loader a setup is for: the one way to open one. */
#ifndef HARDSTOP_LOADER_OPEN_H
#define HARDSTOP_LOADER_OPEN_H

#include "harness/loader/loader.h"
#include "harness/loader/options.h"
#include "harness/setup/trust.h"

/* A loader that this program brings along, besides that of QEMU. */
struct loader_kind {
    const char *name; /* that setups for it have as their binary: see harness/setup/brought.h */
    /* As loader_open(); where `trust` says that a file's words are in the setup, it decides what these may ask for. */
    struct loader *(*open)(const struct loader_kind *kind, const Hardstop__Setup *setup, enum trust trust,
                           const struct loader_options *options, struct hs_error *err);
};

/*
 * Adds a kind, which is borrowed, before any setup is looked at: as harness/loader/own/own.h does, by a constructor.
 * Commands and fuzz targets (harness/tool, fuzzers/target.h) then take setups for it.
 */
void loader_add(const struct loader_kind *kind);

/*
 * Opens the loader that the setup's binary is, one that was added or that of QEMU; `setup` is copied.  `trust` says
 * which of its words are the user's or the program's own: the others may ask only for what a file may ask for.
 * `options` may be NULL.  NULL with a reason: a part that a file may not ask for, no such binary, unknown version,
 * machine or device, a refused preload.
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

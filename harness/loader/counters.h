/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a loader's program counts of itself: how often it came by each edge of its code.  A QEMU counts that clang built
 * with -fsanitize-coverage=inline-8bit-counters,pc-table (ci/qemu --source --coverage); any other has no counters.
 */
#ifndef HARDSTOP_LOADER_COUNTERS_H
#define HARDSTOP_LOADER_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"

/*
 * The caller's: memory that the program counts in, a byte for each edge, which wraps, whatever becomes of the load.
 * Nobody but the caller sets them back to 0.  Loaders may share it, if they have the same program.
 */
struct loader_counters {
    int fd; /* a memory file of the bytes, and behind them what is for loader_counters_places() */
    uint8_t *bytes;
    size_t size; /* a multiple of a page; edges beyond it are not counted */
    bool is_placed; /* mapped where the caller said */
    /* Filled in when a loader is opened that counts; 0 before, and if it does not: */
    size_t first, n; /* the edges' are bytes[first] to bytes[first + n - 1] */
    char program[4096]; /* the path of the file that counts, whatever was started */
};

/* `size` is rounded up.  Mapped at `place`, whose pages this replaces; NULL: anywhere.  0, or -1 with a reason. */
int loader_counters_open(struct loader_counters *counters, void *place, size_t size, struct hs_error *err);
typedef void loader_counters_fn(void *user, size_t at, uint8_t count);
/* Tells of each edge that was come by, in order: where in `bytes` it counts, and what. */
void loader_counters_each(const struct loader_counters *counters, loader_counters_fn *tell, void *user);

/* Memory that was mapped at a place stays so. */
void loader_counters_close(struct loader_counters *counters);

/*
 * Where each edge leads to: `n` offsets from where the program is loaded, as those of frames; free them.  NULL with a
 * reason if there are no counters, or no table of their places.
 */
uint64_t *loader_counters_places(const struct loader_counters *counters, struct hs_error *err);

#endif

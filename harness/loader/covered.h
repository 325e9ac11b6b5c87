/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which lines of a loader's program its loads came by, from what it counted (counters.h) and its debug information. */
#ifndef HARDSTOP_LOADER_COVERED_H
#define HARDSTOP_LOADER_COVERED_H

#include <stdbool.h>

#include "harness/loader/counters.h"

struct covered_line {
    char *file; /* "hw/net/virtio-net.c"; "" when not known */
    char *function; /* that the code is in, whatever was inlined there; "" when not known */
    int line;
    unsigned edges, reached; /* edges that begin at the line, and those of them that were come by */
};

struct covered {
    struct covered_line *lines; /* sorted by file, function and line; each once */
    size_t n;
};

/*
 * What the edges of `program`, a path, are; those are reached whose byte in `reached`, `counters->n` of them, is not 0.
 * 0, or -1 with a reason: it does not count, or its file cannot be read.
 */
int covered_read(const char *program, const struct loader_counters *counters, const uint8_t *reached,
                 struct covered *covered, struct hs_error *err);
void covered_clear(struct covered *covered);

/* One function, or one file: what its lines have together. */
struct covered_part {
    const struct covered_line *lines;
    size_t n, n_reached; /* lines, and those with an edge that was come by */
    unsigned edges, reached;
};

/* The function, or, if `whole_file`, the file whose first line is lines[at]; the next one begins `n` behind it. */
struct covered_part covered_part(const struct covered *covered, size_t at, bool whole_file);

/* Of the edges, those come by, rounded down; 0 where there are none. */
unsigned covered_percent(const struct covered_part *part);

/*
 * Whether a function, by its name, looks at what was loaded, or reads what no plain field does: post_load, pre_load,
 * validate, load, get_...
 */
bool covered_is_check(const char *function);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entries of a section's payload by path, to find one that is not where it was expected. */
#ifndef HARDSTOP_JUDGE_PATH_INDEX_H
#define HARDSTOP_JUDGE_PATH_INDEX_H

#include "harness/wire/map.h"

/* Set map, n and start; the rest is zero. */
struct path_index {
    const struct map *map;
    size_t n, start; /* which entries of the map */
    size_t *table; /* the last entry of each path, by its hash; NULL until it is needed */
    size_t capacity; /* a power of two */
};

/* The entry of that path: at `expected`, or wherever it is; SIZE_MAX when there is none. */
size_t path_index_find(struct path_index *index, size_t expected, const char *path);

/* The last entry of that path, or SIZE_MAX: of what is sent twice, such as a subsection, the last counts. */
size_t path_index_last(struct path_index *index, const char *path);

void path_index_clear(struct path_index *index);

#endif

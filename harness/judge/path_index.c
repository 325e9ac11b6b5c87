/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes a table when the first path is looked for: most comparisons need none. */
#include "harness/judge/path_index.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/alloc.h"

#define PATH_INDEX_EMPTY SIZE_MAX

static uint64_t hash_of(const char *path)
{
    return XXH3_64bits(path, strlen(path));
}

/* The place of a path in the table: where it is, or would be put. */
static size_t *place_of(const struct path_index *index, const char *path)
{
    size_t mask = index->capacity - 1, at = hash_of(path) & mask;

    while (index->table[at] != PATH_INDEX_EMPTY && strcmp(index->map->entries[index->table[at]].path, path) != 0) {
        at = (at + 1) & mask;
    }
    return &index->table[at];
}

static void build(struct path_index *index)
{
    index->capacity = 16;
    while (index->capacity < 2 * index->n) {
        index->capacity *= 2;
    }
    index->table = hs_resize(NULL, index->capacity, sizeof(*index->table));
    memset(index->table, 0xff, index->capacity * sizeof(*index->table));
    for (size_t i = 0; i < index->n; i++) {
        size_t at = index->start + i;

        *place_of(index, index->map->entries[at].path) = at;
    }
}

size_t path_index_last(struct path_index *index, const char *path)
{
    if (!index->table) {
        build(index);
    }
    return *place_of(index, path);
}

size_t path_index_find(struct path_index *index, size_t expected, const char *path)
{
    if (expected < index->start + index->n && strcmp(index->map->entries[expected].path, path) == 0) {
        return expected;
    }
    return path_index_last(index, path);
}

void path_index_clear(struct path_index *index)
{
    free(index->table);
    index->table = NULL;
}

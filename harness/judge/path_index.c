/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sorts entries when the first of them is looked for: most comparisons need none. */
#include "harness/judge/path_index.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/alloc.h"

static uint64_t hash_of(const char *path)
{
    return XXH3_64bits(path, strlen(path));
}

/* By the hash of the path, and those of one path as they stand on the wire. */
static int by_hash(const void *left, const void *right)
{
    const struct path_place *a = left, *b = right;

    return a->hash != b->hash ? (a->hash < b->hash ? -1 : 1) : a->at < b->at ? -1 : a->at > b->at;
}

static void build(struct path_index *index)
{
    index->order = hs_resize(NULL, index->n, sizeof(*index->order));
    for (size_t i = 0; i < index->n; i++) {
        size_t at = index->start + i;

        index->order[i] = (struct path_place){ hash_of(index->map->entries[at].path), at };
    }
    qsort(index->order, index->n, sizeof(*index->order), by_hash);
}

size_t path_index_last(struct path_index *index, const char *path)
{
    size_t low = 0, high = index->n;
    uint64_t hash = hash_of(path);

    if (!index->order) {
        build(index);
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (index->order[middle].hash <= hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    /* Two paths may have one hash. */
    while (low && index->order[low - 1].hash == hash) {
        low--;
        if (strcmp(index->map->entries[index->order[low].at].path, path) == 0) {
            return index->order[low].at;
        }
    }
    return SIZE_MAX;
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
    free(index->order);
    index->order = NULL;
}

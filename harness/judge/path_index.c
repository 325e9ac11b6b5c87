/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sorts entries when the first of them is looked for: most comparisons need none. */
#include "harness/judge/path_index.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

/* By path, and those of one path as they stand on the wire. */
static int by_path(const void *left, const void *right, void *user)
{
    const struct map *map = user;
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    int order = strcmp(map->entries[a].path, map->entries[b].path);

    return order ? order : a < b ? -1 : a > b;
}

static void build(struct path_index *index)
{
    index->order = hs_resize(NULL, index->n, sizeof(*index->order));
    for (size_t i = 0; i < index->n; i++) {
        index->order[i] = index->start + i;
    }
    qsort_r(index->order, index->n, sizeof(*index->order), by_path, (void *)index->map);
}

size_t path_index_last(struct path_index *index, const char *path)
{
    size_t low = 0, high = index->n;

    if (!index->order) {
        build(index);
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(index->map->entries[index->order[middle]].path, path) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low && strcmp(index->map->entries[index->order[low - 1]].path, path) == 0 ? index->order[low - 1] : SIZE_MAX;
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

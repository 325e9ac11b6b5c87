/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the field by the stream's own description. */
#include "harness/case/halt.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/wire/map.h"

static bool is_processor(const Hardstop__Section *section)
{
    static const char name[] = "cpu_common";

    return section->type == HARDSTOP__SECTION__TYPE__FULL && section->idstr.len == sizeof(name) - 1 &&
           memcmp(section->idstr.data, name, sizeof(name) - 1) == 0;
}

/* A big-endian 1 in the place of the number: vmstate_cpu_common. */
static bool put_halted(const struct map *map, size_t section, struct builder *out)
{
    const struct stream_mark *mark = &map->encoding.marks[section];

    for (size_t i = 0; i < map->n; i++) {
        const struct map_entry *entry = &map->entries[i];

        if (entry->section == section && strcmp(entry->path, "halted") == 0) {
            builder_put(out, map->encoding.out.data + mark->start, entry->offset - mark->start);
            builder_put_be(out, entry->size, 1);
            builder_put(out, map->encoding.out.data + entry->offset + entry->size,
                        mark->end - entry->offset - entry->size);
            return true;
        }
    }
    return false;
}

bool halt_processors(const Hardstop__Stream *captured, struct builder *out)
{
    bool *wanted = hs_alloc(captured->n_section * sizeof(*wanted)), found = false;
    size_t before = out->size;
    struct map map;

    for (size_t i = 0; i < captured->n_section; i++) {
        wanted[i] = is_processor(captured->section[i]);
    }
    map_init_some(&map, captured, NULL, NULL, wanted);
    for (size_t i = 0; i < captured->n_section; i++) {
        if (wanted[i]) {
            found = put_halted(&map, i, out);
            if (!found) {
                out->size = before;
                break;
            }
        }
    }
    map_clear(&map);
    free(wanted);
    return found;
}

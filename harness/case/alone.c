/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leaves out what is before the devices, and renumbers what damages refer to. */
#include "harness/case/alone.h"

#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/case/case.h"

static bool is_kept(const Hardstop__Section *section)
{
    return section->type == HARDSTOP__SECTION__TYPE__FULL || section->type == HARDSTOP__SECTION__TYPE__EOF;
}

/* The index that each section will have, from `first` on; SIZE_MAX: none. */
static size_t *new_places(const Hardstop__Stream *stream, size_t first)
{
    size_t *places = hs_alloc(stream->n_section * sizeof(*places)), n = 0;

    for (size_t i = 0; i < stream->n_section; i++) {
        places[i] = i >= first && is_kept(stream->section[i]) ? n++ : SIZE_MAX;
    }
    return places;
}

static bool renumber(uint32_t *section, const size_t *places, size_t n)
{
    if (*section >= n || places[*section] == SIZE_MAX) {
        return false;
    }
    *section = (uint32_t)places[*section];
    return true;
}

static bool move_damages(Hardstop__Case *test, const size_t *places, size_t n)
{
    for (size_t i = 0; i < test->n_damage; i++) {
        Hardstop__Damage *damage = test->damage[i];

        if (!damage->at || !damage->at->has_section || !renumber(&damage->at->section, places, n) ||
            (damage->kind_case == HARDSTOP__DAMAGE__KIND_SWAP && !renumber(&damage->swap, places, n))) {
            return false;
        }
    }
    return true;
}

Hardstop__Case *case_alone(const Hardstop__Case *test)
{
    Hardstop__Case *alone;
    size_t first = 0, n, *places;
    bool done;

    if (!test->stream || !case_is_whole(test)) {
        return NULL;
    }
    n = test->stream->n_section;
    while (first < n && test->stream->section[first]->type != HARDSTOP__SECTION__TYPE__FULL) {
        first++;
    }
    alone = case_clone(test);
    places = new_places(test->stream, first);
    done = move_damages(alone, places, n) && case_keep_from(alone, first);
    free(places);
    if (!done) {
        case_free(alone);
        return NULL;
    }
    return alone;
}

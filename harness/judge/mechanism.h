/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks that a loader lacks for every field of a wire type, whatever the device: seen by what was given and saved. */
#ifndef HARDSTOP_JUDGE_MECHANISM_H
#define HARDSTOP_JUDGE_MECHANISM_H

#include "harness/wire/map.h"

enum mechanism {
    MECHANISM_NONE,
    MECHANISM_BOOL, /* a bool that was given as neither 0 nor 1 and came back as 1 */
    MECHANISM_TIMER, /* a timer that was given a time before 0 and came back as 0 */
    MECHANISMS,
};

/* "bool that is neither 0 nor 1" ...; "" of none. */
const char *mechanism_name(enum mechanism mechanism);

/* The mechanism by which `given`, an entry of a map, was saved as `saved`, an entry of another map. */
enum mechanism mechanism_of(const struct map *given_map, const struct map_entry *given, const struct map *saved_map,
                            const struct map_entry *saved);

#endif

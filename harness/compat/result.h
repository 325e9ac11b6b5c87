/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of a state that was sent from one side of a meeting to another, as JSON. */
#ifndef HARDSTOP_COMPAT_RESULT_H
#define HARDSTOP_COMPAT_RESULT_H

#include <jansson.h>

#include "harness/compat/compat.h"

/* Which state it was, from which side to which. */
struct result_of {
    const char *transport, *device, *state; /* "fresh" ... */
    const char *from, *to; /* names of the sides */
    const Hardstop__Setup *from_setup, *to_setup;
    const char *folder; /* gets the case of a break; NULL: none is kept */
};

/* One that has no verdict of a QEMU: "unknown", or "left out", with the reason.  As meet() has it. */
json_t *result_without(const struct result_of *of, const char *verdict, const char *why);
/* One that was sent, as meet() has it, but for "layout", "properties" and "bytes". */
json_t *result_of_trip(const struct result_of *of, struct compat_trip *trip);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream as a tree of sections and fields, for people and for scripts. */
#ifndef HARDSTOP_REPORT_SHOW_H
#define HARDSTOP_REPORT_SHOW_H

#include <stdio.h>

#include "harness/wire/map.h"

struct show_options {
    const char *section; /* only sections whose idstr contains this; NULL: all */
    bool all; /* long runs of zero array elements one by one, too */
};

/* Prints the mapped stream; returns how many bytes of the printed sections' payloads no name covers. */
size_t show_text(FILE *out, const Hardstop__Stream *stream, const struct map *map, const struct show_options *options);
/* The same as one JSON object. */
size_t show_json(FILE *out, const Hardstop__Stream *stream, const struct map *map, const struct show_options *options);

#endif

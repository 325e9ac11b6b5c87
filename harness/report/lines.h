/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a QEMU's code that loads came by, and that they did not: see harness/loader/covered.h. */
#ifndef HARDSTOP_REPORT_LINES_H
#define HARDSTOP_REPORT_LINES_H

#include <stdio.h>

#include <jansson.h>

#include "harness/loader/covered.h"

enum lines_detail {
    LINES_FILES, /* a row for each file that was come by, and the sum of all */
    LINES_FUNCTIONS, /* and one for each of its functions */
    LINES_CHECKS, /* the checks (covered_is_check()) of these files that were not */
};

/* One program and what its loads came by. */
struct lines {
    const char *program; /* its name, for people */
    size_t n_cases; /* that were loaded */
    struct covered covered;
};

void lines_text(FILE *out, const struct lines *lines, enum lines_detail detail);
/*
 * {"program", "cases", "edges", "reached", "files": [{"file", "lines", "lines_reached", "edges", "reached",
 * "functions": [{"function", "check": bool, "edges", "reached", "lines_missed": [number]}]}]}, all files; free with
 * json_decref().
 */
json_t *lines_json(const struct lines *lines);

#endif

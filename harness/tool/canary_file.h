/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A canary state as the commands that make one write and tell it. */
#ifndef HARDSTOP_TOOL_CANARY_FILE_H
#define HARDSTOP_TOOL_CANARY_FILE_H

#include <jansson.h>

#include "harness/canary/canary.h"

/* The case as text, behind comments: `title`, whole lines, and which places hold no canary, and why.  Free it. */
char *canary_file_text(const char *title, const struct canary *canary, const Hardstop__Case *test);
/* The places without a canary: an array of objects with path, places and reason. */
json_t *canary_file_gaps(const struct canary *canary);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a check of hardstop doctor gives. */
#ifndef HARDSTOP_TOOL_DIAGNOSIS_H
#define HARDSTOP_TOOL_DIAGNOSIS_H

#include <stdbool.h>

struct diagnosis {
    bool good;
    bool needed; /* false: only a part of the suite lacks it */
    char text[1200]; /* what is there, or what to do */
};

typedef void diagnosis_tell_fn(void *user, const char *name, const struct diagnosis *diagnosis);

#endif

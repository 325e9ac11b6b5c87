/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of QEMU versions. */
#include "harness/loader/qemu/preload/version.h"

#include <inttypes.h>
#include <stdio.h>

static const struct version versions[] = {
    { .major = 7, .minor = 2, .saved_header = 8, .incoming_from_src = 0, .inmigrate = 1, .paused = 4, .running = 9 },
};

enum { VERSIONS = sizeof(versions) / sizeof(versions[0]) };

const struct version *version;

bool version_choose(const int64_t *triple)
{
    for (size_t i = 0; i < VERSIONS; i++) {
        if (versions[i].major == triple[0] && versions[i].minor == triple[1]) {
            version = &versions[i];
            return true;
        }
    }
    return false;
}

const char *version_known(void)
{
    static char text[VERSIONS * 16];
    size_t used = 0;

    for (size_t i = 0; i < VERSIONS; i++) {
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%" PRId64 ".%" PRId64, i ? ", " : "",
                                 versions[i].major, versions[i].minor);
    }
    return text;
}

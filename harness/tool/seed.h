/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A seed of one device on one transport: a canary, or a device in use. */
#ifndef HARDSTOP_TOOL_SEED_H
#define HARDSTOP_TOOL_SEED_H

#include "harness/canary/canary.h"
#include "harness/tool/tool.h"

/* Zeroed before first use, released with seed_clear(). */
struct seed {
    const struct family *family;
    enum family_transport transport;
    char *path;
    struct loader *loader;
    Hardstop__Case *fresh, *test;
    struct canary canary;
    bool in_use;
    char *skipped; /* why there is none; NULL: there is */
    enum tool_status status;
    struct hs_error err;
};

/*
 * Makes the seed anew, or checks it, in its place below the folder; family, transport and in_use are filled in before.
 * `status` and `err` say how that went.
 */
void seed_run(struct seed *seed, const char *folder, bool anew);
void seed_clear(struct seed *seed);

#endif

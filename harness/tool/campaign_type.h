/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a campaign is to do, and what it is made of. */
#ifndef HARDSTOP_TOOL_CAMPAIGN_TYPE_H
#define HARDSTOP_TOOL_CAMPAIGN_TYPE_H

#include <stddef.h>

#include "harness/tool/engine.h"

struct campaign {
    /* To be filled in: */
    const struct engine *engine;
    const char *const *targets;
    size_t n_targets;
    unsigned jobs; /* processes for each target; 0: as many as there are cores for it, at least one */
    const char *work; /* folder of everything that is kept */
    const char *seeds, *in_use; /* folders of cases, or NULL; */
    bool uses; /* what is accepted is used: guest memory of seeds is read as rings */
    unsigned long seconds, seed;
    unsigned long inputs; /* of each process, at least its seeds, after which it ends; 0: no limit */
    unsigned long idle; /* seconds without a new finding or a new input after which it ends; 0: it goes on */
    const char *status; /* a file for how far it is, as JSON (campaign_status.h), or NULL */
    /* The campaign's own: */
    struct instance *instances;
    size_t n;
    bool is_full, is_idle; /* the disk was full, or nothing new came, and so it has ended */
};

#endif

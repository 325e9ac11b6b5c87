/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A campaign: targets that one engine runs side by side for a time. */
#ifndef HARDSTOP_TOOL_CAMPAIGN_H
#define HARDSTOP_TOOL_CAMPAIGN_H

#include <stddef.h>

#include "harness/tool/engine.h"

struct campaign {
    /* To be filled in: */
    const struct engine *engine;
    const char *const *targets;
    size_t n_targets;
    unsigned jobs; /* processes for each target; 0: as many as there are cores for it, at least one */
    const char *work; /* folder of everything that is kept */
    const char *seeds; /* a folder of cases, or NULL */
    unsigned long seconds, seed;
    unsigned long inputs; /* of each process, at least its seeds, after which it ends; 0: no limit */
    unsigned long idle; /* seconds without a new finding or a new input after which it ends; 0: it goes on */
    const char *status; /* a file for how far it is, as JSON (campaign_status.h), or NULL */
    /* The campaign's own: */
    struct instance *instances;
    size_t n;
    bool is_full, is_idle; /* the disk was full, or nothing new came, and so it has ended */
};

/* Finds the programs, makes folders and seeds.  0, or -1 with a reason; campaign_close() is needed in both cases. */
int campaign_open(struct campaign *campaign, struct hs_error *err);
/* Runs it to its end, or to SIGINT or SIGTERM, with a live status on a terminal.  0, or -1 with a reason. */
int campaign_run(struct campaign *campaign, struct hs_error *err);
/* After the run: 0 when every instance ended as it should, or -1 with what went wrong. */
int campaign_check(const struct campaign *campaign, struct hs_error *err);
void campaign_close(struct campaign *campaign);

#endif

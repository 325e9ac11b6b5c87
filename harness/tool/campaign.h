/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A campaign: targets that one engine runs side by side for a time. */
#ifndef HARDSTOP_TOOL_CAMPAIGN_H
#define HARDSTOP_TOOL_CAMPAIGN_H

#include "harness/tool/campaign_type.h"

/* Finds the programs, makes folders and seeds.  0, or -1 with a reason; campaign_close() is needed in both cases. */
int campaign_open(struct campaign *campaign, struct hs_error *err);
/* Runs it to its end, or to SIGINT or SIGTERM, with a live status on a terminal.  0, or -1 with a reason. */
int campaign_run(struct campaign *campaign, struct hs_error *err);
/* After the run: 0 when every instance ended as it should, or -1 with what went wrong. */
int campaign_check(const struct campaign *campaign, struct hs_error *err);
void campaign_close(struct campaign *campaign);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a campaign is: on a terminal while it runs, as JSON in a file, and in a line at its end. */
#ifndef HARDSTOP_TOOL_CAMPAIGN_STATUS_H
#define HARDSTOP_TOOL_CAMPAIGN_STATUS_H

#include "harness/tool/campaign_type.h"

/* Forgets what an earlier campaign in the same folder has counted. */
void campaign_status_reset(const struct instance *instance);

/* One line on a terminal, which takes the place of the last; nothing elsewhere. */
void campaign_status_show(const struct campaign *campaign, double left);

/*
 * Writes the status, by renaming, so that a reader has a whole file at any time: {"version": 1, "state": "running" or
 * "ended", "seconds" since the begin, "left", "inputs", "loads", "loads_per_second", "findings_new", "last_new":
 * seconds since the last of them or null, "verdicts": {name: inputs}, "targets": [{"name", "running", "starts",
 * "inputs", "loads", "findings_new", "verdicts"}], a target for each process}.  0, or -1 with a reason.
 */
int campaign_status_write(const struct campaign *campaign, const char *path, double left, bool ended,
                          struct hs_error *err);

/* Inputs that a process has done, those before it was killed and started again included. */
unsigned long campaign_status_inputs(const struct instance *instance);

/* Seconds since the last new finding; negative: there is none. */
double campaign_status_since_finding(const struct campaign *campaign);

/*
 * What was done, in a line on the error output: inputs, loads, new findings, inputs that got no verdict, and why it has
 * ended before its time.
 */
void campaign_status_sum_up(const struct campaign *campaign);

#endif

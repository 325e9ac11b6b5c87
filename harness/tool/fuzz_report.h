/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a campaign has found, for people and as machine output. */
#ifndef HARDSTOP_TOOL_FUZZ_REPORT_H
#define HARDSTOP_TOOL_FUZZ_REPORT_H

#include "harness/tool/campaign.h"
#include "harness/tool/outputs.h"

/*
 * Tells of all findings in the campaign's folder, and of its targets, which ran for so many seconds; `failure` is what
 * went wrong with the campaign itself, or NULL.  1 when there are findings, else 0; -1 with a reason, also when one of
 * them is damaged: the others are told.
 */
int fuzz_report(const struct campaign *campaign, const struct outputs *outputs, double seconds, const char *failure,
                struct hs_error *err);

#endif

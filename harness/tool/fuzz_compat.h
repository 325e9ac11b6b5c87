/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop fuzz --compat: states that one QEMU has and the other does not take or keep, searched for. */
#ifndef HARDSTOP_TOOL_FUZZ_COMPAT_H
#define HARDSTOP_TOOL_FUZZ_COMPAT_H

#include "harness/tool/campaign.h"
#include "harness/tool/outputs.h"

/*
 * Searches for the campaign's time, from its seed, with the devices of its targets, on the newest machine type that the
 * QEMU and the one beside it share; cases go to its folder.  Tells what was found as compat does.  Returns the
 * command's exit status.
 */
int fuzz_compat(const struct campaign *campaign, const struct outputs *outputs);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two QEMU command lines that meet: --from and --to. */
#ifndef HARDSTOP_TOOL_COMPAT_LINES_H
#define HARDSTOP_TOOL_COMPAT_LINES_H

#include "harness/tool/compat_plan.h"

/* "from" and "to", as both are called in what is printed. */
extern const char *const compat_line_names[2];

/*
 * Adds the meetings of the two lines, each a QEMU command line as a shell reads it, or @FILE, which has one.  What one
 * does not say (machine, devices) is as the other has it.  With devices, each section of that machine is sent; without,
 * every virtio device on every transport of the binary, and what the machine has by itself.  0, or -1 with a reason.
 */
int compat_lines_plan(const char *const lines[2], struct compat_plan *plan, struct hs_error *err);

#endif

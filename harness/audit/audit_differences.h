/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What two audits differ in beside their verdicts: a comparison of other things must say so. */
#ifndef HARDSTOP_AUDIT_AUDIT_DIFFERENCES_H
#define HARDSTOP_AUDIT_AUDIT_DIFFERENCES_H

#include "harness/audit/audit.h"

/*
 * In what the setups differ: QEMU's version and the name of its program, machine, memory, devices, globals, options.
 * "machine pc instead of q35; ...", or NULL where all are the same; free it.  The framing is not among them.
 */
char *audit_setup_differences(const struct audit *now, const struct audit *earlier);

/*
 * In what else: framing, section, and which edits with which values were tried.  "without section footers instead of
 * with section footers; insert 41, flip 01 tried in this one alone; ...", or NULL; free it.
 */
char *audit_choice_differences(const struct audit *now, const struct audit *earlier);

#endif

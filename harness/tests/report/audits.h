/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made-up audits for the tests of reports: no loader gave them. */
#ifndef HARDSTOP_TESTS_REPORT_AUDITS_H
#define HARDSTOP_TESTS_REPORT_AUDITS_H

#include "harness/audit/audit.h"

/* Like a virtio-net section on ccw, every edit, each verdict; with footers, or without (5 bytes less, more passes). */
void audits_net(struct audit *audit, bool footers);
/* `bytes` long, truncate, one byte less and three values more at each offset; one in `every` passes somewhere. */
void audits_large(struct audit *audit, uint32_t bytes, unsigned every);
/* Every text tries to leave its place: markup, quotes, bytes that are no UTF-8, text that turns direction. */
void audits_hostile(struct audit *audit);
/* 12 bytes in three fields; what the tests of exact text are made of. */
void audits_tiny(struct audit *audit);

/* The same by name: "net", "net-legacy", "large", "hostile", "tiny"; false: no such name. */
bool audits_named(struct audit *audit, const char *name);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An audit made by hand, with something of everything, for the tests of reports. */
#ifndef HARDSTOP_TESTS_SAMPLE_AUDIT_H
#define HARDSTOP_TESTS_SAMPLE_AUDIT_H

#include "harness/audit/audit.h"

/*
 * Fills `audit` (zeroed): a section of 20 bytes in the fields "header" (0 to 3), "virtio.status" (4), "virtio.queue[0]"
 * (5 to 14) and "footer" (15 to 19).
 *   truncate       rejected, but equal at 20, and unknown at 3
 *   insert 00      rejected with two messages, garbage at 5 to 7, crashed at 19 and 20
 *   insert ff      rejected
 *   flip 80        rejected, but equal at 4 and crashed at 5
 *   range ffff     equal at 4
 *   section drop   equal at 0
 * Findings: crash (insert 00 at 19), garbage (insert 00 at 5), crash (flip 80 at 5), equal (truncate at 20).
 */
void sample_audit(struct audit *audit);

/* Appends one run. */
void sample_add(struct audit *audit, enum edit edit, const char *value, uint32_t offset, uint32_t count,
                enum verdict verdict, const char *message);
/* An audit without cells: the sample's setup, loader and section. */
void sample_head(struct audit *audit, uint32_t bytes);
void sample_add_finding(struct audit *audit, uint64_t signature, const char *property, enum verdict verdict,
                        const struct audit_run *first, uint32_t cells);

#endif

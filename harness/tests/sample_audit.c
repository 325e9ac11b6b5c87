/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sample_audit.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/base/alloc.h"
#include "support.h"

void sample_add(struct audit *audit, enum edit edit, const char *value, uint32_t offset, uint32_t count,
                enum verdict verdict, const char *message)
{
    audit_add(audit, &(struct audit_run){ edit, value, offset, count, verdict, message });
}

void sample_head(struct audit *audit, uint32_t bytes)
{
    audit->setup = (Hardstop__Setup *)support_message(
        &hardstop__setup__descriptor,
        "binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' device: 'virtio-net-ccw' device: 'virtio-rng-ccw' "
        "global: 'virtio-net-ccw.max_revision=0' option: '-accel' option: 'tcg' framing: LEGACY");
    audit->loader = audit_keep(audit, "QEMU 7.2.22");
    audit->section = audit_keep(audit, "fe.0.0001/virtio-net");
    audit->bytes = bytes;
}

void sample_add_finding(struct audit *audit, uint64_t signature, const char *property, enum verdict verdict,
                        const struct audit_run *first, uint32_t cells)
{
    struct audit_finding finding = { .edit = first->edit, .value = first->value, .offset = first->offset,
                                     .cells = cells };
    char *path = hs_format("findings/%04x <&>.textproto", (unsigned)signature);

    finding.finding.signature = signature;
    finding.finding.verdict = verdict;
    snprintf(finding.finding.property, sizeof(finding.finding.property), "%s", property);
    snprintf(finding.finding.device, sizeof(finding.finding.device), "virtio-net");
    snprintf(finding.finding.field, sizeof(finding.finding.field), "virtio.queue[]");
    snprintf(finding.finding.transport, sizeof(finding.finding.transport), "ccw");
    snprintf(finding.finding.message, sizeof(finding.finding.message), "message <%04x> & \"more\"",
             (unsigned)signature);
    finding.path = path;
    audit_add_finding(audit, &finding);
    free(path);
}

static void add_findings(struct audit *audit)
{
    sample_add_finding(audit, 0xfedcba9876543210, "loader-survives", VERDICT_CRASHED,
                       &(struct audit_run){ .edit = EDIT_INSERT, .value = "00", .offset = 19 }, 2);
    sample_add_finding(audit, 2, "loader-survives", VERDICT_CRASHED,
                       &(struct audit_run){ .edit = EDIT_FLIP, .value = "80", .offset = 5 }, 1);
    sample_add_finding(audit, 3, "damage-is-never-garbage", VERDICT_GARBAGE,
                       &(struct audit_run){ .edit = EDIT_INSERT, .value = "00", .offset = 5 }, 3);
    sample_add_finding(audit, 4, "truncation-is-rejected", VERDICT_EQUAL,
                       &(struct audit_run){ .edit = EDIT_TRUNCATE, .value = "", .offset = 20 }, 1);
}

void sample_audit(struct audit *audit)
{
    sample_head(audit, 20);
    audit->streams = 77;
    audit_add_field(audit, "header", 0, 4);
    audit_add_field(audit, "virtio.status", 4, 1);
    audit_add_field(audit, "virtio.queue[0]", 5, 10);
    audit_add_field(audit, "footer", 15, 5);
    sample_add(audit, EDIT_TRUNCATE, "", 0, 3, VERDICT_REJECTED, "load of migration failed");
    sample_add(audit, EDIT_TRUNCATE, "", 3, 1, VERDICT_UNKNOWN, "no loader");
    sample_add(audit, EDIT_TRUNCATE, "", 4, 16, VERDICT_REJECTED, "load of migration failed");
    sample_add(audit, EDIT_TRUNCATE, "", 20, 1, VERDICT_EQUAL, "");
    sample_add(audit, EDIT_INSERT, "00", 0, 4, VERDICT_REJECTED, "Unknown section \"\\x01\" <&>");
    sample_add(audit, EDIT_INSERT, "00", 4, 1, VERDICT_REJECTED, "other");
    sample_add(audit, EDIT_INSERT, "00", 5, 3, VERDICT_GARBAGE, "virtio.queue[0]: 1 -> 2");
    sample_add(audit, EDIT_INSERT, "00", 8, 11, VERDICT_REJECTED, "other");
    sample_add(audit, EDIT_INSERT, "00", 19, 2, VERDICT_CRASHED, "SIGSEGV");
    sample_add(audit, EDIT_INSERT, "ff", 0, 21, VERDICT_REJECTED, "other");
    sample_add(audit, EDIT_FLIP, "80", 0, 4, VERDICT_REJECTED, "other");
    sample_add(audit, EDIT_FLIP, "80", 4, 1, VERDICT_EQUAL, "");
    sample_add(audit, EDIT_FLIP, "80", 5, 1, VERDICT_CRASHED, "SIGSEGV");
    sample_add(audit, EDIT_FLIP, "80", 6, 14, VERDICT_REJECTED, "other");
    sample_add(audit, EDIT_RANGE, "ffff", 4, 1, VERDICT_EQUAL, "");
    sample_add(audit, EDIT_SECTION, "drop", 0, 1, VERDICT_EQUAL, "");
    add_findings(audit);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One section audited in two QEMUs: the cells in which their verdicts differ, by field. */
#ifndef HARDSTOP_AUDIT_AUDIT_VERSIONS_H
#define HARDSTOP_AUDIT_AUDIT_VERSIONS_H

#include "harness/audit/audit.h"

struct audit_versions_field {
    char path[256]; /* without indexes */
    /* Cells in which the newer QEMU is worse, in which the older one is, and that both leave with other values. */
    uint64_t worse, fixed, other;
};

struct audit_versions {
    const struct audit *older, *newer; /* by their loaders' names; of one version, the one given first is the newer */
    uint64_t cells, worse, fixed, other; /* that both have a verdict on */
    struct audit_versions_field *fields; /* that have any, by place */
    size_t n;
};

/*
 * Compares two audits of one stream into `versions`, which borrows them; worse is as baseline_compare() has it.  0, or
 * -1 with a reason when they have nothing in common.  audit_versions_clear() is needed in both cases.
 */
int audit_versions_compare(const struct audit *one, const struct audit *other, struct audit_versions *versions,
                           struct hs_error *err);
void audit_versions_clear(struct audit_versions *versions);

#endif

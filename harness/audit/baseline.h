/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An audit beside an earlier one: what is worse now.
 *
 * A cell's partner is the earlier audit's cell of the same edit and value, at the same offset in the field of the same
 * path (the n-th of that path, where there are several); what is behind the last field has what was behind it as
 * partner.  Where one of the audits has no fields, the plain offset counts.
 */
#ifndef HARDSTOP_AUDIT_BASELINE_H
#define HARDSTOP_AUDIT_BASELINE_H

#include "harness/audit/audit.h"

/* Consecutive cells that are worse than they were; its texts are the newer audit's. */
struct baseline_run {
    enum edit edit;
    const char *value;
    uint32_t offset, count;
    enum verdict was; /* VERDICT_COUNT: it had no partner; VERDICT_UNKNOWN: the partner has no verdict */
    enum verdict now;
    const char *message;
};

struct baseline {
    /* Each cell counts once. */
    uint64_t same, better, worse;
    uint64_t alone; /* without a partner that has a verdict, and no failure by itself */
    uint64_t unknown; /* now */
    struct baseline_run *runs; /* the worse ones, in the order of the audit's */
    size_t n_runs;
    struct baseline_run *others; /* garbage as they were, but see audit_leaves_other() */
    size_t n_others;
    /*
     * Cells rejected in both, of which the words name less of section, device and field than they did, and others of
     * which they name more; none where it is not known what was said.  The first one of each.
     */
    struct baseline_words {
        uint64_t cells;
        enum edit edit;
        const char *value;
        uint32_t offset;
        unsigned was, now; /* NAMING_BIT()s */
    } vaguer, clearer;
    const struct audit_finding **findings; /* whose signature the earlier audit lacks; the newer audit's */
    size_t n_findings;
};

/* 0 when both are audits of one device, or both of a whole stream; else -1 with a reason.  Only `section` is needed. */
int baseline_check(const struct audit *now, const struct audit *earlier, struct hs_error *err);

/*
 * Compares two audits into `baseline` (zeroed), which borrows `now`.  Worse is what verdict_severity() says; a cell
 * without a partner is worse when it fails by itself.
 * 0, or -1 with a reason when they have nothing in common.
 */
int baseline_compare(const struct audit *now, const struct audit *earlier, struct baseline *baseline,
                     struct hs_error *err);
void baseline_clear(struct baseline *baseline);

#endif

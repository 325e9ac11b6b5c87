/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an audit is turned into, and whether it fails: the options that `audit` and `report` share. */
#ifndef HARDSTOP_TOOL_AUDIT_OUTPUTS_H
#define HARDSTOP_TOOL_AUDIT_OUTPUTS_H

#include "harness/audit/audit.h"
#include "harness/tool/tool.h"

/* For the help of both. */
#define AUDIT_OUTPUTS_STATUS                                                                                           \
    "Exit status: 0 nothing fails; 1 something does, by --fail-on and --baseline; 2 wrong usage or no verdict."

/* Paths are NULL where not asked for. */
struct audit_outputs {
    const char *json, *html, *junit, *sarif;
    const char *baseline_path, *beside_path; /* JSON of earlier audits */
    bool any_baseline; /* also one of another setup */
    bool messages; /* every text of a rejection is printed */
    /* `beside` is the same of another QEMU, which was swept now: see audit_outputs_judged(). */
    bool is_swept;
    unsigned fail_on; /* 1u << enum verdict, or'ed */
    struct audit baseline, beside; /* once opened */
};

/* An argp child, whose input is a struct audit_outputs. */
extern const struct argp audit_outputs_argp;

/*
 * Reads the earlier audits, before any work is done, and sees that no result takes the place of what is read: `input`
 * (NULL: none) or an earlier audit, but for --json, which may renew one.  Their cases are below
 * `work`.  0, or -1 with a reason.
 */
int audit_outputs_open(struct audit_outputs *outputs, const char *input, const char *work, struct hs_error *err);
/*
 * -1 with a reason when the baseline is an audit of another device, or of another setup, unless any will do.  Of the
 * audit, `section`, `setup` and `loader` are needed.
 */
int audit_outputs_check(const struct audit_outputs *outputs, const struct audit *audit, struct hs_error *err);
/* -1 with a reason when the baseline has none of the audit's cells, whatever their verdicts. */
int audit_outputs_check_cells(const struct audit_outputs *outputs, const struct audit *audit, struct hs_error *err);
/*
 * The audit that is shown, written and judged: where another QEMU was swept, that of the newer one (of one version,
 * `audit`), and what is worse than in the older one fails, and nothing else.  With a baseline, and else, it is `audit`.
 */
const struct audit *audit_outputs_judged(const struct audit_outputs *outputs, const struct audit *audit);
/* Writes all that was asked for, and prints what fails.  0 with the exit status, or -1 with a reason. */
int audit_outputs_write(const struct audit_outputs *outputs, const struct audit *audit, int *status,
                        struct hs_error *err);
void audit_outputs_close(struct audit_outputs *outputs);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sweep of a real QEMU as the commands run it: with progress, a journal, and signals that interrupt it. */
#ifndef HARDSTOP_TOOL_SWEEP_RUN_H
#define HARDSTOP_TOOL_SWEEP_RUN_H

#include "harness/audit/sweep/sweep.h"
#include "harness/tool/audit_case.h"

/*
 * Says in an audit (zeroed) what is audited and what will load it: section, setup, and loader, which is opened for
 * that, and describes the subject's sections where their stream does not.  0, or -1 with a reason.
 */
int sweep_name(struct audit_case *subject, struct audit *audit, struct hs_error *err);

/* Fills an audit (zeroed) with the cells that sweep_run() will have, without a load.  0, or -1 with a reason. */
int sweep_run_foresee(const struct audit_case *subject, const struct sweep_options *options, struct audit *audit,
                      struct hs_error *err);

/*
 * Audits the subject, after sweep_name(), by `options`, whose section, journal and progress it sets itself.  The
 * journal is in the folder `work`, which is made; `*journal` (NULL before; free it) is its path, for the caller to
 * remove once the audit has come to use.  `label` (may be NULL) goes before the progress.  0, or -1 with a reason; an
 * interrupted sweep is one.
 */
int sweep_run(const struct audit_case *subject, const struct sweep_options *options, const char *work,
              const char *label, char **journal, struct audit *audit, struct hs_error *err);

/*
 * Adds the findings to an audit that sweep_run() made, and saves their cases in `work`/findings.  0, or -1 with a
 * reason.
 */
int sweep_find(const struct audit_case *subject, const char *work, uint32_t timeout_ms, struct audit *audit,
               struct hs_error *err);

#endif

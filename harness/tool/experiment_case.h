/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a trial of the experiment is made on, a device with another behind it, fresh or full of canaries; an example. */
#ifndef HARDSTOP_TOOL_EXPERIMENT_CASE_H
#define HARDSTOP_TOOL_EXPERIMENT_CASE_H

#include "harness/audit/trial.h"
#include "harness/setup/family.h"
#include "harness/tool/audit_case.h"

/*
 * Opens the section of the device on that bus, as audit_case_open() does; with `canary`, in the state of its seed in
 * the folder `seeds`; `framing` as in a trial.  0, or -1 with a reason; audit_case_clear() is needed in both cases.
 */
int experiment_case_open(struct audit_case *subject, const char *seeds, const struct family *family,
                         enum family_transport transport, bool canary, const char *framing, struct hs_error *err);

/*
 * Saves a case of the audit in `folder`, one with garbage if there is any, else the first that was not rejected, as
 * trial->example, which it fills in; nothing where all was rejected.  The subject's damages are then those of the case.
 * 0, or -1 with a reason.
 */
int experiment_case_example(const struct audit_case *subject, const struct audit *audit, const char *folder,
                            struct trial *trial, struct hs_error *err);

#endif

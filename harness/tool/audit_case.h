/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an audit is made on: a case without damages, and which of its sections. */
#ifndef HARDSTOP_TOOL_AUDIT_CASE_H
#define HARDSTOP_TOOL_AUDIT_CASE_H

#include "harness/tool/tool.h"

struct audit_case {
    Hardstop__Case *test;
    enum trust trust; /* whose words its setup is made of */
    size_t section; /* index in the stream, or EDIT_WHOLE */
};

/*
 * Reads the file, or takes a stream from the setup's QEMU when `path` is NULL.  Of its device sections those stay that
 * begin with the audited one: the first whose idstr contains `part` (NULL: the first that a table describes, else the
 * first), or, with `whole`, all.  0, or -1 with a reason; audit_case_clear() is needed in both cases.
 */
int audit_case_open(struct audit_case *subject, const char *path, const struct setup_options *setup, const char *part,
                    bool whole, struct hs_error *err);
void audit_case_clear(struct audit_case *subject);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command that judges one case works on. */
#ifndef HARDSTOP_TOOL_SESSION_H
#define HARDSTOP_TOOL_SESSION_H

#include "harness/judge/oracle.h"
#include "harness/tool/tool.h"

/* A case and the real loader of its setup. */
struct session {
    Hardstop__Case *test;
    enum trust trust; /* whose words its setup is made of */
    struct oracle oracle;
};

/* Reads the case and starts its QEMU; 0, or -1 with a reason.  session_close() is needed in both cases. */
int session_open(struct session *session, const struct file_options *file, const struct setup_options *setup,
                 struct hs_error *err);
/* Is there an unmodified QEMU that it could be asked of?  If not, standard error is told why. */
bool session_has_qemu(const struct session *session);
void session_close(struct session *session);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file that a command is given: a case, or a stream, which is made one. */
#ifndef HARDSTOP_TOOL_READ_CASE_H
#define HARDSTOP_TOOL_READ_CASE_H

#include "harness/tool/tool.h"

/*
 * Reads a stream or a case, in any of its forms, as a case; what `options` (may be NULL) say of the setup goes before
 * what the file says.  `trust` gets whose words the setup is then made of, for whoever starts it; NULL says that nobody
 * will.  Otherwise a stream without a machine is an error that says what to give.
 *
 * Of a stream, nobody says that it is as a QEMU saved it (Case.given).
 *
 * A case is what is named as one (.textproto, .case), text, or packed with setup and stream.  A container is opened, or
 * named (wire/container.h).  All else, an empty file and what is named .mig included, is a stream.  Of one that cannot
 * be read to its end, the rest stays as it is, and `err` has the reason though there is a case.
 */
Hardstop__Case *tool_read_part(const char *path, const struct setup_options *options, enum trust *trust,
                               struct hs_error *err);
/* The same, and standard error is told what cannot be read. */
Hardstop__Case *tool_read_case(const char *path, const struct setup_options *options, enum trust *trust,
                               struct hs_error *err);

#endif

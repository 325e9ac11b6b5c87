/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Another framing for a case. */
#ifndef HARDSTOP_CASE_REFRAME_H
#define HARDSTOP_CASE_REFRAME_H

#include "harness/case/case.h"

/*
 * Reframes a case of device sections: footers and lengths are dropped, or put at every section that can have one; a
 * stream that was as it was captured is marked so again, and one that was not is not marked.
 */
void case_set_framing(Hardstop__Case *test, Hardstop__Framing framing);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections that an early end of file, or what was taken for one, keeps from being loaded. */
#ifndef HARDSTOP_JUDGE_UNLOADED_H
#define HARDSTOP_JUDGE_UNLOADED_H

#include "harness/judge/oracle.h"

/*
 * The sections that the loader began in the undamaged stream and not in the damaged one, which it accepted: idstr, and
 * " #INSTANCE" where that is not 0, a line each, in their order; "" when none.  `n` gets how many.  Free it.
 */
char *unloaded_sections(const struct judgement *judgement, size_t *n);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How good the words of an audit's rejections are: of how many cells they name what, and which texts are the worst. */
#ifndef HARDSTOP_AUDIT_AUDIT_SAID_H
#define HARDSTOP_AUDIT_AUDIT_SAID_H

#include "harness/audit/audit.h"

struct audit_refusals {
    uint64_t cells; /* that are rejected, and of which it is known what was said; 0: of none */
    uint64_t named[NAMINGS]; /* of them */
};

struct audit_refusals audit_refusals(const struct audit *audit);

/* Texts that name the same, and differ in no more than numbers and what is in quotes. */
struct audit_said_group {
    const struct audit_said *said; /* the one with most cells */
    const struct audit_run *run; /* the first that has it */
    uint64_t cells;
    size_t texts;
};

/* All that was said, the worst texts first (naming_rank), of equals those with most cells; free it. */
struct audit_said_group *audit_said_worst_first(const struct audit *audit, size_t *n);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What two QEMUs did with one case, compared. */
#ifndef HARDSTOP_JUDGE_VERSIONS_H
#define HARDSTOP_JUDGE_VERSIONS_H

#include "harness/judge/oracle.h"

enum versions_way {
    VERSIONS_AGREE,
    VERSIONS_REGRESSION, /* the newer one is worse */
    VERSIONS_FIXED, /* the older one is */
    VERSIONS_DIFFER, /* neither, or they are of one version */
};

struct versions {
    enum versions_way way;
    /* By their loaders' names; of one version, the one with the milder verdict is called the older. */
    const struct judgement *older, *newer;
    /* Of two that accept the case: what is different after one of the loads alone, and after which; else NULL. */
    const struct state_difference *difference;
    const struct judgement *with_difference;
};

/*
 * Compares a judgement with that of its `beside`; `versions` borrows both.  Worse is what verdict_severity() says, but
 * that an undamaged, captured stream should be accepted; of two equal verdicts that with a field more that is not as it
 * was given, or not as in the undamaged state.
 * False where nothing can be said: there is no `beside`, one of them has no verdict, they do not agree on the undamaged
 * stream already, which is another case, or the verdict rests on what the QEMUs' own firmware is.
 */
bool versions_compare(const struct judgement *judgement, struct versions *versions);

/*
 * Does what a QEMU said of a case, in these words, rest on what its own firmware is?  Where neither the case nor the
 * stream says what guest memory holds, firmware lies there, of which each version has its own, and rings are checked
 * against it.
 */
bool versions_rests_on_firmware(const Hardstop__Case *test, const char *said);

/* "agrees", "regression", "fixed since", "differs". */
const char *versions_way_name(enum versions_way way);

/* Negative, 0 or positive, by the numbers in two loaders' names: "QEMU 7.2.22" is less than "QEMU 10.0.2". */
int versions_order(const char *one, const char *other);

#endif

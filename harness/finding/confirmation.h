/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether an unmodified QEMU shows what was found in a served one. */
#ifndef HARDSTOP_FINDING_CONFIRMATION_H
#define HARDSTOP_FINDING_CONFIRMATION_H

#include "harness/finding/finding.h"
#include "harness/loader/confirm.h"

struct confirmation {
    bool confirmed;
    const char *why; /* a few words: what the unmodified QEMU did */
};

/*
 * Compares the judgement of a finding with what an unmodified QEMU did with the damaged stream (`actual`) and with the
 * undamaged one (`reference`); of `reset-forgets` also with what two did that were used in the same way, and loaded
 * nothing (`fresh`, otherwise NULL).  Confirmed are
 *   crashes    that are the same finding by the unmodified QEMU's signal, exit status and words
 *   hangs      and rejections that are that there, too
 *   what is done after an accepted load  the same, where it can be done: see confirm_run()
 *   resets     after which one of those very fields is unlike that of the machines that loaded nothing, too, in which
 *              it is the same
 *   accepted   streams of which, when a field was not saved as given or differs from the undamaged stream's, one of
 *              those very fields is so there, too; others as soon as they are accepted
 */
struct confirmation confirmation_of(const struct judgement *judgement, const struct confirm_result *actual,
                                    const struct confirm_result *reference, const struct confirm_result fresh[2]);

/* Is the finding one of what a reset leaves? */
bool confirmation_wants_fresh(const struct judgement *judgement);

#endif

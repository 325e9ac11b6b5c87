/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The finding that two QEMUs do not agree. */
#ifndef HARDSTOP_FINDING_DISAGREEMENT_H
#define HARDSTOP_FINDING_DISAGREEMENT_H

#include "harness/finding/finding.h"

/*
 * Fills in place, message and `same` of a judgement on which versions_compare() has something to say.  Its message:
 * "regression: QEMU 7.2.22 rejects it: WORDS; QEMU 11.1.3 accepts it, 1 field not saved as given: ...".
 */
void disagreement_describe(const struct judgement *judgement, struct finding *finding);

#endif

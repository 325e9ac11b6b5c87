/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makes a finding the same as another: see finding.h. */
#ifndef HARDSTOP_FINDING_IDENTIFY_H
#define HARDSTOP_FINDING_IDENTIFY_H

#include "harness/finding/place.h"

/* Fills in `same` of a finding that is described otherwise. */
void identify(const struct judgement *judgement, const struct place *place, struct finding *finding);

#endif

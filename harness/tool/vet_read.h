/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a step of a vetting has found, from the JSON of its command. */
#ifndef HARDSTOP_TOOL_VET_READ_H
#define HARDSTOP_TOOL_VET_READ_H

#include "harness/tool/vetting.h"

/*
 * Fills findings and state from `step->output`, compared with `step->earlier`.  Without that, what is known fails
 * nothing, what a machine type promises does, and of an audit and a campaign all is told and nothing fails.
 */
void vet_read(const struct vet *vet, struct vet_step *step);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop doctor --qemu: what can be done with a QEMU, and what our tables know of it. */
#ifndef HARDSTOP_TOOL_DOCTOR_QEMU_H
#define HARDSTOP_TOOL_DOCTOR_QEMU_H

#include "harness/tool/diagnosis.h"

/* Tells what each check gives, in their order, for the QEMU that program_option_given() names. */
void doctor_qemu(diagnosis_tell_fn *tell, void *user);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --qemu of commands that make their own setups: which QEMU is meant by names such as qemu-system-s390x. */
#ifndef HARDSTOP_TOOL_PROGRAM_OPTION_H
#define HARDSTOP_TOOL_PROGRAM_OPTION_H

#include <argp.h>
#include <stdbool.h>

/* An argp child without input, and the list that has it alone. */
extern const struct argp program_argp;
extern const struct argp_child program_children[];

/* --beside of commands that judge: a second QEMU; without input, too. */
extern const struct argp program_beside_argp;
/* --beside-qemu of audit, the same. */
extern const struct argp program_beside_qemu_argp;

/* The path that was given, here or by the environment; NULL: none. */
const char *program_option_given(void);

/* Is that build there for the binary?  True where none was given: then a search says what is missing. */
bool program_option_serves(const char *binary);

#endif

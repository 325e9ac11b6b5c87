/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which file a setup's binary is.  A name without a folder is searched in PATH, unless the user has said which QEMU is
 * meant by such names: then it is that one, or the one beside it of the same build and another architecture.
 */
#ifndef HARDSTOP_SETUP_PROGRAM_H
#define HARDSTOP_SETUP_PROGRAM_H

/* In the environment, so that the programs of a campaign know it too: the path of a qemu-system-*. */
#define PROGRAM_ENV "HARDSTOP_QEMU"
/* The same of a second QEMU, which is asked beside that of a setup. */
#define PROGRAM_BESIDE_ENV "HARDSTOP_BESIDE"

#include "harness/base/error.h"

/* The value of one of these two; NULL: none. */
const char *program_given(const char *env);

/*
 * The path of a program that can be run; free it.  NULL with a reason that says what to do.  Where the user's choice,
 * which a name stands for, is no QEMU, no other one is taken in its place.
 */
char *program_find(const char *binary, struct hs_error *err);

/*
 * The path of the QEMU that the user has chosen by `value`, a path or a name in PATH; free it.  NULL with a reason,
 * where it cannot be run or tells no architecture; the reason begins with `from`, the option or variable that has it.
 */
char *program_chosen(const char *from, const char *value, struct hs_error *err);

/* Is what one of these two variables says a QEMU, or nothing?  0, or -1 with a reason. */
int program_check(const char *env, struct hs_error *err);

/*
 * The path of the same build for another binary: of "/a/qemu-system-x86_64-11.1" for "qemu-system-s390x" it is
 * "/a/qemu-system-s390x-11.1".  NULL where one of them is not called qemu-system-ARCHITECTURE; free it.
 */
char *program_beside(const char *path, const char *binary);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A finding as a file of others' tests. */
#ifndef HARDSTOP_REPORT_EXPORTED_EXPORTED_PRINT_H
#define HARDSTOP_REPORT_EXPORTED_EXPORTED_PRINT_H

#include <stdio.h>

#include "harness/finding/exported.h"

enum exported_form {
    EXPORTED_QTEST,  /* C, for tests/qtest of QEMU's tree */
    EXPORTED_PYTHON, /* a script as in tests/functional, which runs alone, too */
    EXPORTED_SHELL,  /* a script that needs sh and coreutils */
    EXPORTED_FORMS,
};

/* "qtest" ... */
const char *exported_form_name(enum exported_form form);

/*
 * Prints the test.  `name` is what it is called: of any text, letters and digits count, and the rest becomes "_".  What
 * is printed is made of the finding alone: the same finding, the same text.
 */
void exported_print(FILE *out, const struct exported *exported, enum exported_form form, const char *name);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are printed whole: what is at the path is the old one or the new one. */
#ifndef HARDSTOP_BASE_PRINT_H
#define HARDSTOP_BASE_PRINT_H

#include <stdio.h>

#include "harness/base/error.h"

typedef void print_fn(FILE *out, const void *user);

/* Writes what `print` prints.  0, or -1 with a reason. */
int print_file(const char *path, print_fn *print, const void *user, struct hs_error *err);

#endif

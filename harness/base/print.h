/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Printing into memory, and files that are printed whole: what is at the path is the old one or the new one. */
#ifndef HARDSTOP_BASE_PRINT_H
#define HARDSTOP_BASE_PRINT_H

#include <stdio.h>

#include "harness/base/error.h"

/* What is printed into memory; ends the process with a sentence when memory is out. */
struct print_memory {
    FILE *out; /* from print_open() to print_close() */
    char *text;
    size_t size; /* of the text, after print_close() */
};

/* Returns `memory->out`, to print to. */
FILE *print_open(struct print_memory *memory);
/* What was printed, with a zero byte behind it; free it. */
char *print_close(struct print_memory *memory);

typedef void print_fn(FILE *out, const void *user);

/* Writes what `print` prints.  0, or -1 with a reason. */
int print_file(const char *path, print_fn *print, const void *user, struct hs_error *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers in text.  strtoul() and sscanf() of a C library from 2.38 on are symbols that an older one lacks, and the
 * object is loaded into QEMUs that come with one of their own.
 */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_DIGITS_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_DIGITS_H

#include <stdbool.h>
#include <stdint.h>

/* Reads digits of base 10 or 16, in lower case, without sign or prefix, and puts *text behind them; of none makes 0. */
unsigned long digits_read(const char **text, unsigned base);

/* Reads "start-end " as a line of /proc/self/maps begins, and puts *line on what follows.  False: it does not. */
bool digits_range(const char **line, uintptr_t *start, uintptr_t *end);

#endif

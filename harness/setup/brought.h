/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loaders that this program brings along: a setup whose binary has the name of one is for it, and no QEMU is started.
 * What such a setup may ask for is that loader's to decide, and its name is a fuzz target's, too.
 */
#ifndef HARDSTOP_SETUP_BROUGHT_H
#define HARDSTOP_SETUP_BROUGHT_H

#include <stdbool.h>
#include <stddef.h>

#include "case.pb-c.h"

/* Adds a name, which is borrowed: letters, digits, - and _, and neither one that is there nor what a QEMU is called. */
void brought_add(const char *name);
/* Name number `i`, in the order in which they were added; NULL behind the last. */
const char *brought_name(size_t i);
/* Is it one of these?  NULL is none. */
bool brought_has(const char *name);
/* A new setup for the loader of that name. */
Hardstop__Setup *brought_setup(const char *name, Hardstop__Framing framing);

#endif

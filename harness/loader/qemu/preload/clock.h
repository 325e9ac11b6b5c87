/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time inside the served QEMU.  The calendar clock stands still from the start, and every clock stands still once
 * clock_freeze() was called, so that the same load gives the same saved state each time.
 */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_CLOCK_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_CLOCK_H

#include <stdint.h>

/* From now on no clock of this process (and of its children) advances. */
void clock_freeze(void);
/* A frozen clock goes on by so much, and stands still again; never the calendar. */
void clock_advance(uint32_t ms);

#endif

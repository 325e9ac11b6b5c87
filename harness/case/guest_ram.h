/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a stream, or a case, says that guest RAM holds. */
#ifndef HARDSTOP_CASE_GUEST_RAM_H
#define HARDSTOP_CASE_GUEST_RAM_H

#include "case.pb-c.h"

/* The section with which the stream's guest RAM begins, or NULL: cases of some sections have none. */
const Hardstop__Section *guest_ram_section(const Hardstop__Stream *stream);
/*
 * Fills each area as far as the stream, a whole one, has pages of it: of the block "pc.ram", "s390.ram" or the like,
 * from address 0 on.  The last that it sends counts.
 */
void guest_ram_read(const Hardstop__Stream *whole, Hardstop__GuestMemory *const *areas, size_t n);

/* XXH3 of what the case says that guest memory holds, beside what its stream makes of its rings. */
uint64_t guest_ram_hash(const Hardstop__Case *test);

#endif

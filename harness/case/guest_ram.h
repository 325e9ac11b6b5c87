/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a whole stream says that guest RAM holds, from address 0 on: of the block "pc.ram", "s390.ram" or the like. */
#ifndef HARDSTOP_CASE_GUEST_RAM_H
#define HARDSTOP_CASE_GUEST_RAM_H

#include "case.pb-c.h"

/* Fills each area as far as the stream has pages of it; the last that it sends counts. */
void guest_ram_read(const Hardstop__Stream *whole, Hardstop__GuestMemory *const *areas, size_t n);

#endif

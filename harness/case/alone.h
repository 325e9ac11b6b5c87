/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device sections of a whole stream as a case of their own: what takes long in a large one is its guest RAM. */
#ifndef HARDSTOP_CASE_ALONE_H
#define HARDSTOP_CASE_ALONE_H

#include "case.pb-c.h"

/* From so many bytes on, a stream is not loaded as a whole over and over again. */
#define ALONE_LEAST ((size_t)32 << 20)

/*
 * A copy of the case with its device sections alone, with what case_keep_from() keeps of the rest, and its damages.
 * NULL where it is no whole stream or has no such section, or a damage is elsewhere.  Free it with case_free().
 */
Hardstop__Case *case_alone(const Hardstop__Case *test);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Streams of guests whose memory is in use. */
#ifndef HARDSTOP_BENCH_LARGE_H
#define HARDSTOP_BENCH_LARGE_H

#include "harness/wire/stream.h"

/*
 * Writes to `path` a captured stream with a part more of guest RAM, in the place of the first END section: the first
 * `pages` pages of a block, of 4096 bytes that are not zero.  0, or -1 with a reason.
 */
int large_write(const char *path, const Hardstop__Stream *captured, const char *block, uint64_t pages,
                struct hs_error *err);

#endif

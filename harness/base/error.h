/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An error is where and why: filled once, at the first failure. */
#ifndef HARDSTOP_BASE_ERROR_H
#define HARDSTOP_BASE_ERROR_H

#include <stdint.h>

#define HS_NO_OFFSET UINT64_MAX

struct hs_error {
    uint64_t offset; /* byte offset in the input, or HS_NO_OFFSET */
    char text[1024]; /* one line; " | " where there were more */
};

/*
 * Records the first failure: `err` (may be NULL) gets the offset (HS_NO_OFFSET: none) and the formatted reason,
 * made printable.
 * Returns -1, so that a caller can `return hs_fail(...)`.
 */
__attribute__((format(printf, 3, 4))) int hs_fail(struct hs_error *err, uint64_t offset, const char *fmt, ...);

/* The recorded reason without the name of the file, if it begins with that: for a line that names the file already. */
const char *hs_reason(const struct hs_error *err, const char *path);

/* Puts a formatted context and ": " in front of the recorded reason.  Returns -1. */
__attribute__((format(printf, 2, 3))) int hs_fail_in(struct hs_error *err, const char *fmt, ...);

#endif

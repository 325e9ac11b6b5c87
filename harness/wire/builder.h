/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Growing output, in one piece of memory.  Much that comes from a file which is shown (mapped.h) is not copied: the
 * builder becomes a view of that file, in which only what differs takes memory.
 */
#ifndef HARDSTOP_WIRE_BUILDER_H
#define HARDSTOP_WIRE_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/mapped.h"

/* Zeroed before first use, released with builder_clear().  Whoever writes to `data` calls builder_overwrite(). */
struct builder {
    uint8_t *data;
    size_t size;
    size_t capacity;
    struct mapped *view; /* that `data` is in, or NULL: memory of its own */
};

void builder_put(struct builder *out, const void *data, size_t n);
void builder_put_zeros(struct builder *out, size_t n);
/* The low `width` (1 to 8) bytes of `value`. */
void builder_put_be(struct builder *out, size_t width, uint64_t value);
void builder_put_le(struct builder *out, size_t width, uint64_t value);
/* Writes over bytes that are there. */
void builder_overwrite(struct builder *out, size_t at, const void *data, size_t n);
/* Puts `added` bytes in the place of `removed` ones; moves only the shorter side of a view. */
void builder_splice(struct builder *out, size_t at, size_t removed, const void *data, size_t added);
/* Forgets what was written and keeps the memory, but for a view's. */
void builder_reset(struct builder *out);
void builder_clear(struct builder *out);

/* The same bytes in both?  What both show of one file is not looked at. */
bool builder_equal(const struct builder *left, const struct builder *right);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes: a cursor to read them with one bounds check; builder.h writes them.  Names tell width and byte order. */
#ifndef HARDSTOP_WIRE_BYTES_H
#define HARDSTOP_WIRE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/wire/builder.h"

/* A place in borrowed bytes.  `at` is also the offset that errors and maps report. */
struct bytes {
    const uint8_t *data;
    size_t size;
    size_t at;
};

static inline struct bytes bytes_of(const void *data, size_t size)
{
    return (struct bytes){ .data = data, .size = size };
}

static inline size_t bytes_left(const struct bytes *bytes)
{
    return bytes->size - bytes->at;
}

/* Every read goes through here: `n` bytes at the cursor, which moves behind them; false when fewer are left. */
bool bytes_get(struct bytes *bytes, size_t n, const uint8_t **out);
/* The next `width` (1 to 8) bytes as a number; false when fewer are left. */
bool bytes_get_be(struct bytes *bytes, size_t width, uint64_t *value);
bool bytes_get_le(struct bytes *bytes, size_t width, uint64_t *value);
/* The byte `ahead` places behind the cursor without moving it, or -1 at the end. */
int bytes_peek(const struct bytes *bytes, size_t ahead);

/* True when all `n` bytes are zero. */
bool bytes_are_zero(const uint8_t *data, size_t n);

#endif

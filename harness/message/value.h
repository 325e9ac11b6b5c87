/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single values for the mutator: numbers at boundaries, and small changes to bytes. */
#ifndef HARDSTOP_MESSAGE_VALUE_H
#define HARDSTOP_MESSAGE_VALUE_H

#include "harness/base/random.h"
#include "harness/message/hints.h"

/*
 * Another value than `old` for a scalar, as member_get() would give it: a flipped bit, a boundary of its type, width
 * or range, or a small step away.  Enums stay within their named values.  Returns `old` when there is no other.
 */
uint64_t value_scalar(const struct mutate_hints *hints, const ProtobufCFieldDescriptor *field, uint64_t old,
                      struct random *random);
/* One small change to `bytes`, which has room for `room`.  Returns the new size. */
size_t value_bytes(uint8_t *bytes, size_t size, size_t room, struct random *random);
/* Makes bytes fit for a string: no zero, only ASCII, so that text tools take it. */
void value_to_text(uint8_t *bytes, size_t size);
/* Bytes that a scalar takes when packed, without its tag. */
size_t value_packed_size(const ProtobufCFieldDescriptor *field, uint64_t value);

#endif

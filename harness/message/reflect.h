/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole messages of any protobuf-c type: bytes to message within limits, and back; copies, comparison, validity.
 * All memory is malloc's, so protobuf_c_message_free_unpacked(msg, NULL) frees every message made here; but for large
 * bytes of a file that is shown (base/mapped.h), which copies refer to as well, and reflect_free() leaves alone.
 */
#ifndef HARDSTOP_MESSAGE_REFLECT_H
#define HARDSTOP_MESSAGE_REFLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "harness/base/error.h"

/* Whole captured streams are a few MiB. */
#define REFLECT_MAX_INPUT ((size_t)16 << 20)
/* Messages within messages.  Our schemas have fewer than ten levels; protobuf-c overflows its stack at thousands. */
#define REFLECT_MAX_DEPTH 64
/* What unpack may allocate in all, scratch memory included: an input of empty submessages grows 60 times. */
#define REFLECT_MAX_BYTES ((size_t)64 << 20)
#define REFLECT_MAX_BLOCKS ((size_t)1000000)

/*
 * The message of `type` in `bytes`, without its unknown fields; always reflect_valid().  Returns NULL, with offset
 * (where one is known) and reason in `err`, when the bytes are malformed or a limit is passed.
 */
ProtobufCMessage *reflect_unpack(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size,
                                 struct hs_error *err);
/* The encoded message, for free(), and its size. */
uint8_t *reflect_pack(const ProtobufCMessage *msg, size_t *size);

/* A message with no optional field set, and defaults in the required ones. */
ProtobufCMessage *reflect_new(const ProtobufCMessageDescriptor *type);
ProtobufCMessage *reflect_clone(const ProtobufCMessage *msg);
/* Frees a message of this library or of unpack.  NULL is allowed. */
void reflect_free(ProtobufCMessage *msg);

enum reflect_merge {
    REFLECT_APPEND, /* elements of repeated fields go behind those that are there, as protobuf merges */
    REFLECT_OVERLAY, /* element into element, by index */
};

/* Puts what `from`, of the same type, holds into `msg`: values in place of values, and message into message. */
void reflect_merge(ProtobufCMessage *msg, const ProtobufCMessage *from, enum reflect_merge how);
/* True when both have the same type, the same fields present, and the same values; all NaNs are the same. */
bool reflect_equal(const ProtobufCMessage *a, const ProtobufCMessage *b);
/* Sets value `index` to a deep copy of a compatible value of `source`, which may lie anywhere in the same message. */
void reflect_copy_value(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index,
                        const ProtobufCMessage *source, const ProtobufCFieldDescriptor *source_field,
                        size_t source_index);
/* True when two values of compatible fields are equal. */
bool reflect_equal_value(const ProtobufCMessage *a, const ProtobufCFieldDescriptor *a_field, size_t a_index,
                         const ProtobufCMessage *b, const ProtobufCFieldDescriptor *b_field, size_t b_index);
/*
 * True when the message can be packed and walked: each pointer that is needed is there, required fields are present,
 * oneof cases are known tags, submessages have the declared type.  Otherwise path and reason are in `err`.
 */
bool reflect_valid(const ProtobufCMessage *msg, struct hs_error *err);

#endif

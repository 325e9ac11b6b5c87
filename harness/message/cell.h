/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One value of a field where it lies in memory (`at`): in the generated struct, or in the array of a repeated field.
 * Whether it is present is not known here.
 */
#ifndef HARDSTOP_MESSAGE_CELL_H
#define HARDSTOP_MESSAGE_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

/* Bytes of one value. */
size_t cell_size(const ProtobufCFieldDescriptor *field);

/*
 * A number, bool or enum as 64 bits: signed types sign-extended, float and double as bit patterns.  Each NaN reads as
 * the one quiet NaN, as in text.
 */
uint64_t cell_number(const ProtobufCFieldDescriptor *field, const void *at);
void cell_set_number(const ProtobufCFieldDescriptor *field, void *at, uint64_t value);
/* `value` as cell_number() returns it once it is set. */
uint64_t cell_fit(const ProtobufCFieldDescriptor *field, uint64_t value);
/* The number of a field that is not set. */
uint64_t cell_default(const ProtobufCFieldDescriptor *field);

/* The others take what is there for garbage, and do not free it. */
void cell_set_bytes(const ProtobufCFieldDescriptor *field, void *at, const void *bytes, size_t size);
/* The default, in memory of its own.  Elements of a repeated field have none but zero. */
void cell_set_default(const ProtobufCFieldDescriptor *field, void *at);
/* What the generated initialiser puts into a field that is not set; `at` is zeroed. */
void cell_set_absent(const ProtobufCFieldDescriptor *field, void *at);

/* Does it count as present where only the value tells?  protobuf-c packs what is not zero; -0.0 is. */
bool cell_is_nonzero(const ProtobufCFieldDescriptor *field, const void *at);
/* Frees what the value owns.  The value itself is stale afterwards. */
void cell_release(const ProtobufCFieldDescriptor *field, void *at);
/* Of any field but a message: replaces what the value points to by a copy. */
void cell_unshare(const ProtobufCFieldDescriptor *field, void *at);

/* A message with no optional field set, and defaults in the required ones. */
ProtobufCMessage *cell_new_message(const ProtobufCMessageDescriptor *type);
/* Frees it, but for what belongs to a file that is shown. */
void cell_free_message(ProtobufCMessage *msg);

#endif

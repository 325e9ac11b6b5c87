/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One field (a member) of any protobuf-c message: presence, values, order.  A singular field is a list of at most one
 * value, so that callers need not tell the two apart; `index` is then 0.
 */
#ifndef HARDSTOP_MESSAGE_MEMBER_H
#define HARDSTOP_MESSAGE_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/message/cell.h"

enum member_kind {
    MEMBER_SCALAR,  /* numbers, bool, enum */
    MEMBER_BYTES,   /* bytes and string */
    MEMBER_MESSAGE,
};

/* The first four are asked of each field of each message, several times in each walk. */
static inline enum member_kind member_kind(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
        return MEMBER_BYTES;
    case PROTOBUF_C_TYPE_MESSAGE:
        return MEMBER_MESSAGE;
    default:
        return MEMBER_SCALAR;
    }
}

static inline bool member_repeated(const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_REPEATED;
}

static inline bool member_in_oneof(const ProtobufCFieldDescriptor *field)
{
    return field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;
}

/* True for members of one and the same oneof. */
static inline bool member_same_oneof(const ProtobufCFieldDescriptor *a, const ProtobufCFieldDescriptor *b)
{
    return member_in_oneof(a) && member_in_oneof(b) && a->quantifier_offset == b->quantifier_offset;
}

/* The field of `type` with the name of `size` bytes, or NULL. */
const ProtobufCFieldDescriptor *member_find(const ProtobufCMessageDescriptor *type, const char *name, size_t size);
/* The member of the field's oneof that is set in `msg`, or NULL. */
const ProtobufCFieldDescriptor *member_live(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field);

/* How many values `msg` holds: 0 or 1 for a singular field; always 1 for a required one. */
size_t member_count(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field);
/* Adds a default value in front of value `index`, or sets an absent singular field to its default. */
void member_insert(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index);
/* Removes `count` values.  A required field goes back to its default. */
void member_remove(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index, size_t count);
/* Removes all values. */
void member_clear(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field);
/* Takes value `from` of a repeated field out and puts it back so that it has index `to`. */
void member_move(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t from, size_t to);
void member_swap(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t a, size_t b);

/* A scalar, as cell_number() has it. */
uint64_t member_get(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index);
/* The setters make an absent singular field present, and free the member of a oneof that was set before. */
void member_set(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index, uint64_t value);

/* The bytes of a string or bytes value, never NULL, and their number. */
const uint8_t *member_bytes(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index,
                           size_t *size);
/* Sets a copy.  The bytes of a string must not hold a zero. */
void member_set_bytes(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index, const void *bytes,
                     size_t size);

ProtobufCMessage *member_message(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index);
/* Sets it to a message of the field's type, which then belongs to `msg`. */
void member_set_message(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index,
                        ProtobufCMessage *value);

/* True when a value of `from` may stand in `to`: the same type and descriptor, or two kinds of integer. */
bool member_compatible(const ProtobufCFieldDescriptor *to, const ProtobufCFieldDescriptor *from);

#endif

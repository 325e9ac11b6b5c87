/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a caller knows about fields beyond their type, for the mutator and the reducer. */
#ifndef HARDSTOP_MESSAGE_HINTS_H
#define HARDSTOP_MESSAGE_HINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

/* Each callback may be NULL, and so may a pointer to the whole. */
struct mutate_hints {
    /* True: the field and all below it stay as they are; an element that holds it may be added, removed or moved. */
    bool (*frozen)(void *user, const ProtobufCFieldDescriptor *field);
    /* The legal values of a scalar, as member_get() gives them; false: any. */
    bool (*range)(void *user, const ProtobufCFieldDescriptor *field, uint64_t *min, uint64_t *max);
    /* Bytes that the number has where it is used in the end, 1 to 8; 0: those of its type. */
    unsigned (*width)(void *user, const ProtobufCFieldDescriptor *field);
    /* How often the field and all below it are picked, in percent of the ordinary rate; 0: never. */
    unsigned (*weight)(void *user, const ProtobufCFieldDescriptor *field);
    /* How many values a step may leave in a repeated field that it adds some to; 0: any number. */
    size_t (*most)(void *user, const ProtobufCFieldDescriptor *field);
    /*
     * The field of the same message whose elements (repeated) or bytes (bytes, string) the scalar `field` counts, or
     * NULL.  A count that is right stays right when what it counts changes.
     */
    const ProtobufCFieldDescriptor *(*counts)(void *user, const ProtobufCMessageDescriptor *type,
                                              const ProtobufCFieldDescriptor *field);
    void *user;
};

bool hints_frozen(const struct mutate_hints *hints, const ProtobufCFieldDescriptor *field);
/* True when the field, or any field set below its values, is frozen. */
bool hints_holds_frozen(const struct mutate_hints *hints, const ProtobufCMessage *msg,
                        const ProtobufCFieldDescriptor *field);
/* How many values a step may add to the repeated field. */
size_t hints_left(const struct mutate_hints *hints, const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field);
unsigned hints_weight(const struct mutate_hints *hints, const ProtobufCFieldDescriptor *field);
bool hints_range(const struct mutate_hints *hints, const ProtobufCFieldDescriptor *field, uint64_t *min,
                 uint64_t *max);
/* Bits of the number, 1 to 64. */
unsigned hints_bits(const struct mutate_hints *hints, const ProtobufCFieldDescriptor *field);
/* The field that `field` counts, or NULL. */
const ProtobufCFieldDescriptor *hints_counted(const struct mutate_hints *hints, const ProtobufCMessageDescriptor *type,
                                              const ProtobufCFieldDescriptor *field);
/* What a count of `field` holds when it is right: elements, or bytes. */
uint64_t hints_extent(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field);
/* Sets the counts of `field` that held `before` to its extent now.  Returns how many there were. */
size_t hints_retie(const struct mutate_hints *hints, ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field,
                   uint64_t before);

#endif

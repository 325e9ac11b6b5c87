/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Protobuf text format for any protobuf-c message: what protoc --decode writes and protoc --encode reads. */
#ifndef HARDSTOP_MESSAGE_TEXT_H
#define HARDSTOP_MESSAGE_TEXT_H

#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

#include "harness/base/error.h"

/*
 * The message as text, for free(): one value a line, fields by number, two spaces of indent for each level, enums by
 * name, bytes and strings with C escapes.  Text of the same message is the same, character for character.
 */
char *text_print(const ProtobufCMessage *msg);
/* The same in fewer lines: lists of numbers in [ ], and messages without messages on one line, where that fits. */
char *text_print_brief(const ProtobufCMessage *msg);

#define TEXT_SCALAR_SIZE 32 /* the longest double takes 25 */
/* A scalar, as member_get() gives it, as text: a static string, or `buffer`. */
const char *text_scalar(const ProtobufCFieldDescriptor *field, uint64_t value, char buffer[TEXT_SCALAR_SIZE]);

/*
 * The message of `type` in `size` characters of text.  Returns NULL for anything that is not such a message, with the
 * byte offset and "line L, column C: reason" in `err`.  Takes comments (#), `field: value`, `field { }`, `field < >`,
 * lists in [ ], a `,` or `;` behind a value, strings in pieces, and numbers in decimal, hex and octal.  Does not take
 * extensions, Any, and a zero byte in a string, which protobuf-c cannot hold.  What it allocates is bounded by
 * REFLECT_MAX_INPUT, _BYTES and _DEPTH.
 */
ProtobufCMessage *text_parse(const ProtobufCMessageDescriptor *type, const char *text, size_t size,
                             struct hs_error *err);

#endif

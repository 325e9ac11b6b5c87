/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables from the protobuf side: for those who know a field only by its descriptor. */
#ifndef HARDSTOP_WIRE_TABLES_H
#define HARDSTOP_WIRE_TABLES_H

#include "harness/wire/field.h"

/* The row of a field of a payload's message, of a ring or of what is below them, or NULL where none has the field. */
const struct field *tables_find(const ProtobufCFieldDescriptor *descriptor);
/*
 * A field named by its message and itself, "VirtQueue.num", or all fields of a message, "VirtqueueState": the first row
 * and how many there are; NULL where no payload has such a message or field.
 */
const struct field *tables_named(const char *name, size_t *n);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of the tables beside the C struct that they describe: what decoding and encoding share. */
#ifndef HARDSTOP_WIRE_ROW_H
#define HARDSTOP_WIRE_ROW_H

#include "harness/wire/field.h"

#define SUBSECTION_MARK 0x05 /* QEMU_VM_SUBSECTION, migration/savevm.h */

/* True when the field is on the wire only where the message holds it. */
bool row_is_conditional(const struct field *field);

/* The number at `place`, sign-extended where the row is signed. */
uint64_t row_number(const struct field *field, const void *place);
void row_set_number(const struct field *field, void *place, uint64_t value);
/* The C member itself: a number, ProtobufCBinaryData, or a pointer to a message or an array. */
void *row_member(const struct field *field, const void *message);
/* Of a repeated field: n_x. */
size_t *row_count(const struct field *field, const void *message);
/* Is anything held?  For a repeated field: is there an element? */
bool row_has(const struct field *field, const void *message);
/* Of a number or bytes: has_x. */
void row_set_has(const struct field *field, void *message, bool has);

/* What a count says when it is tied to what it counts. */
uint64_t row_tied_count(const struct field *counter, const void *message);
/* The bytes of a message that always has the same number; 0 for others. */
size_t row_fixed_size(const struct table *table);

/* The header of every subsection message: the same three fields in each. */
struct row_subsection {
    const ProtobufCFieldDescriptor *name_len, *name, *version_id;
};

struct row_subsection row_subsection_header(const ProtobufCMessageDescriptor *element);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables that tie a protobuf-c message to its bytes.  One table per message, one row per field, in the order of the
 * wire; decode, encode and the map of offsets to names all walk it.  table.h has the macros that rows are written with.
 *
 * Presence.  A row without `present`, `count`, `more` or `since` is always on the wire: absent in the message means
 * `initial` (scalars), zeros (fixed bytes and arrays; trailing zeros are left out of the message).  Any other row is on
 * the wire exactly when the message holds it.
 */
#ifndef HARDSTOP_WIRE_FIELD_H
#define HARDSTOP_WIRE_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

struct field;
struct field_decoder;
struct table;

/* Is the field on the wire?  `message` holds it, filled in up to this field. */
typedef bool field_present_fn(const struct field_decoder *decoder, const void *message, const struct field *field);
/* How many elements, or bytes, of the field are on the wire. */
typedef uint64_t field_count_fn(const struct field_decoder *decoder, const void *message);
/* Is there an element `i` on the wire? */
typedef bool field_more_fn(const struct field_decoder *decoder, const void *message, size_t i);

enum field_kind {
    FIELD_UINT, /* a number, or an array of numbers */
    FIELD_COUNT, /* a number that says how many elements (units of bytes) the row `counts` rows below has */
    FIELD_BYTES,
    FIELD_MESSAGE, /* a message, an array of messages, or a member of a oneof */
    FIELD_SUBSECTIONS,
};

/* The subsections that a VMState knows: migration/vmstate.c. */
struct subsection_set {
    const char *vmstate; /* name of the VMState: each of its subsections' names begins with it */
    const ProtobufCMessageDescriptor *element; /* fields 1 name_len, 2 name, 3 version_id, a oneof of bodies */
    struct {
        const char *name;
        uint32_t tag; /* of the body in the oneof */
        const struct table *body;
    } known[16];
};

struct field {
    const char *name;
    enum field_kind kind;
    uint8_t width; /* FIELD_UINT, FIELD_COUNT: bytes of one number on the wire */
    bool little; /* byte order */
    bool is_signed; /* two's complement, for printing and ranges */
    bool repeated;
    uint8_t size; /* of the C member of a number: 4 or 8 */
    uint32_t tag; /* member of a oneof: its field number, else 0 */
    uint32_t fixed; /* elements or bytes that are always on the wire, or 0 */
    uint32_t counts; /* FIELD_COUNT: the counted row is this many rows below */
    uint32_t since; /* the first version_id of the subsection that has the field, or 0: all have it */
    uint32_t unit; /* FIELD_COUNT of a FIELD_BYTES row: bytes in one counted unit */
    size_t value; /* offset of the C member */
    size_t quantifier; /* offset of has_x, n_x, or the oneof's case */
    uint64_t initial; /* value when absent */
    uint64_t min, max; /* legal range; max 0: any value of that width */
    const struct table *message;
    const struct subsection_set *subsections;
    field_present_fn *present;
    field_count_fn *count;
    field_more_fn *more;
};

struct table {
    const ProtobufCMessageDescriptor *descriptor;
    const struct field *fields;
    size_t n_fields;
};

/* True when the value is in the field's legal range, or the field has none. */
static inline bool field_is_legal(const struct field *field, uint64_t value)
{
    return !field->max || (value >= field->min && value <= field->max);
}

#endif

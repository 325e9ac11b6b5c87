/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables that tie a protobuf-c message to its bytes.  One table per message, one row per field, in the order of the
 * wire; decode, encode and the map of offsets to names all walk it.
 *
 * Presence.  A row without `present`, `count` or `more` is always on the wire: absent in the message means `initial`
 * (scalars), zeros (fixed bytes and arrays; trailing zeros are left out of the message).  Any other row is on the
 * wire exactly when the message holds it.
 */
#ifndef HARDSTOP_WIRE_FIELD_H
#define HARDSTOP_WIRE_FIELD_H

#include <protobuf-c/protobuf-c.h>

#include "harness/base/error.h"
#include "harness/wire/bytes.h"

struct field;
struct table;

/* What a decoder knows beside the bytes; rows' callbacks get it. */
struct field_decoder {
    struct bytes in;
    const ProtobufCMessage *root; /* the outermost message, filled in as far as decoding came */
    uint32_t transport; /* tag of the member of VirtioSection.transport that the section holds */
    uint32_t device; /* tag of the member of VirtioSection.device */
    bool bounded; /* the message takes all bytes up to in.size */
    /*
     * No byte tells whether some rows are on the wire, only whether the reading comes out even at the end.  0: they
     * are, or are not, as is usual; 1 and up: another way, which the rows' callbacks tell.
     */
    unsigned reading;
    struct hs_error *err;
};

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

/* A piece of an encoded message: a leaf of the tables. */
struct field_place {
    const char *path; /* "ccw.pmcw.flags", "queue[3].desc", "subsection[virtio/broken].mark"; during the call */
    size_t offset; /* in the builder */
    size_t size;
    const struct field *field; /* NULL for framing bytes that no field holds */
    uint64_t value; /* of a number */
};

typedef void field_visit_fn(void *user, const struct field_place *place);

struct field_encoder {
    struct builder *out;
    field_visit_fn *visit; /* NULL: only encode */
    void *user;
    char path[256]; /* prefix of the paths that are visited */
    size_t path_length;
};

/*
 * Decodes one message of `table` at the decoder's cursor.  Returns it (free with
 * protobuf_c_message_free_unpacked), or NULL with offset and reason in decoder->err.  Allocates at most a small
 * multiple of the bytes that are left.
 */
ProtobufCMessage *field_decode(struct field_decoder *decoder, const struct table *table);
/* Decodes into an empty message that exists; 0, or -1 with the reason, the message then being partly filled in. */
int field_decode_into(struct field_decoder *decoder, const struct table *table, ProtobufCMessage *message);
/* Appends the message's bytes; any message has some. */
void field_encode(struct field_encoder *encoder, const struct table *table, const ProtobufCMessage *message);

/* Extends the encoder's path by ".name" for what follows; returns the length to hand to field_path_pop(). */
size_t field_path_push(struct field_encoder *encoder, const char *name);
/* Extends it by "[index]". */
void field_path_index(struct field_encoder *encoder, size_t index);
void field_path_pop(struct field_encoder *encoder, size_t length);
/* Visits the bytes from `offset` to the builder's end under `name` ("" : the path itself). */
void field_visit(struct field_encoder *encoder, const char *name, size_t offset, const struct field *field,
                 uint64_t value);

/* Of the last row of an outermost message: the bytes that no row before it took, where the end is known. */
bool field_has_rest(const struct field_decoder *decoder, const void *message, const struct field *field);
uint64_t field_rest(const struct field_decoder *decoder, const void *message);

/* Rows.  `type` is the generated struct, `member` the field's name in the schema and, but for keywords, in C. */
#define FIELD_SCALAR_(type, member, bytes)                                                   \
    .name = #member, .width = (bytes), .size = sizeof(((type *)0)->member),                  \
    .value = offsetof(type, member), .quantifier = offsetof(type, has_##member)
#define FIELD_NUMBER(type, member, bytes, ...) \
    { .kind = FIELD_UINT, FIELD_SCALAR_(type, member, bytes), __VA_ARGS__ }
#define FIELD_COUNT_OF(type, member, bytes, rows, ...) \
    { .kind = FIELD_COUNT, FIELD_SCALAR_(type, member, bytes), .counts = (rows), __VA_ARGS__ }
#define FIELD_NUMBERS(type, member, bytes, ...)                                                     \
    { .kind = FIELD_UINT, .repeated = true, .name = #member, .width = (bytes),                      \
      .size = sizeof(*((type *)0)->member), .value = offsetof(type, member),                        \
      .quantifier = offsetof(type, n_##member), __VA_ARGS__ }
#define FIELD_BLOB(type, member, ...)                                        \
    { .kind = FIELD_BYTES, .name = #member, .value = offsetof(type, member), \
      .quantifier = offsetof(type, has_##member), __VA_ARGS__ }
#define FIELD_STRUCT(type, member, table, ...) \
    { .kind = FIELD_MESSAGE, .name = #member, .value = offsetof(type, member), .message = (table), __VA_ARGS__ }
#define FIELD_STRUCTS(type, member, table, ...)                                                       \
    { .kind = FIELD_MESSAGE, .repeated = true, .name = #member, .value = offsetof(type, member),      \
      .quantifier = offsetof(type, n_##member), .message = (table), __VA_ARGS__ }
#define FIELD_ONEOF(type, member, oneof, number, table, ...)                            \
    { .kind = FIELD_MESSAGE, .name = #member, .value = offsetof(type, member),          \
      .quantifier = offsetof(type, oneof), .tag = (number), .message = (table), __VA_ARGS__ }
#define FIELD_SUBSECTION_LIST(type, member, set)                                                       \
    { .kind = FIELD_SUBSECTIONS, .repeated = true, .name = #member, .value = offsetof(type, member),   \
      .quantifier = offsetof(type, n_##member), .subsections = (set) }
#define FIELD_REST(type) FIELD_BLOB(type, rest, .present = field_has_rest, .count = field_rest)
#define FIELD_FLAG .min = 0, .max = 1
#define TABLE(prefix, rows) { .descriptor = &prefix##__descriptor, .fields = (rows), .n_fields = HS_COUNT(rows) }

#endif

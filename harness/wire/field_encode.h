/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Message -> bytes, by the message's table, and where each field comes to lie. */
#ifndef HARDSTOP_WIRE_FIELD_ENCODE_H
#define HARDSTOP_WIRE_FIELD_ENCODE_H

#include "harness/wire/bytes.h"
#include "harness/wire/field.h"

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

#endif

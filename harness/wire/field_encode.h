/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Message -> bytes, by the message's table, and where each field comes to lie. */
#ifndef HARDSTOP_WIRE_FIELD_ENCODE_H
#define HARDSTOP_WIRE_FIELD_ENCODE_H

#include "harness/wire/bytes.h"
#include "harness/wire/field.h"

/* What a piece of a stream is. */
enum field_part {
    FIELD_PART_STREAM, /* of the stream's own header, configuration or description */
    FIELD_PART_SECTION_TYPE, /* the byte that says what follows: a section of some kind, or the end of the file */
    FIELD_PART_SECTION_HEADER, /* the rest of a section's header; of a command, all of it */
    FIELD_PART_FOOTER,
    FIELD_PART_SUBSECTION_HEADER,
    FIELD_PART_TABLE, /* a field of a payload that a table describes */
    FIELD_PART_DESCRIPTION, /* a field of a payload that the stream's description names */
    FIELD_PART_RECORD, /* a field of a record of guest RAM, or of storage attributes */
    FIELD_PART_RUN, /* records of guest RAM, one behind the other */
    FIELD_PART_UNNAMED, /* bytes that neither names */
    FIELD_PARTS,
};

/* Where in its message a piece is; all zero where there is nothing of the kind. */
struct field_context {
    const struct field *array; /* the innermost array that holds it, */
    size_t index; /* and the number of its element there */
    const struct table *subsection; /* the body of the innermost subsection that holds it, its header included */
};

/* A piece of an encoded message: a leaf of the tables. */
struct field_place {
    const char *path; /* "ccw.pmcw.flags", "queue[3].desc", "subsection[virtio/broken].mark"; during the call */
    size_t section; /* the index that the encoder was given */
    size_t section_path; /* so many characters at the head of the path only say which section it is */
    size_t offset; /* in the builder */
    size_t size;
    enum field_part part;
    const struct field *field; /* NULL for framing bytes that no field holds */
    uint64_t value; /* of a number */
    struct field_context context;
};

typedef void field_visit_fn(void *user, const struct field_place *place);

struct field_encoder {
    struct builder *out;
    field_visit_fn *visit; /* NULL: only encode */
    void *user;
    size_t enough; /* so many bytes in the builder end an array; 0: all is encoded */
    enum field_part part; /* what is encoded, and in which section: for those who visit */
    size_t section, section_path;
    struct field_context context;
    char path[256]; /* prefix of the paths that are visited */
    size_t path_length;
};

/* The header of any subsection: mark, name_len, name, version_id. */
extern const struct field field_subsection_header[4];

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

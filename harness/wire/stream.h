/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole stream: bytes <-> message Stream, with encode(decode(x)) == x for every x that decodes.  Layouts:
 * migration/savevm.c, QEMU 7.2.
 */
#ifndef HARDSTOP_WIRE_STREAM_H
#define HARDSTOP_WIRE_STREAM_H

#include "harness/base/error.h"
#include "harness/wire/field_encode.h"
#include "stream.pb-c.h"

enum stream_framing {
    STREAM_LEGACY, /* no footers */
    STREAM_FOOTER, /* 7e and the section's id behind each payload */
    STREAM_SIZED, /* the length of each FULL section's payload before it, and no footers */
    STREAM_ANY, /* the stream does not say: the reading that fits more tables and finds more sections */
};

/* Do the bytes begin as a whole stream does, with "QEVM"? */
bool stream_begins(const uint8_t *data, size_t size);
/* The same, where the bytes may end before those. */
bool stream_may_begin(const uint8_t *data, size_t size);

/* The section of places outside of all sections. */
#define STREAM_NO_SECTION SIZE_MAX

/* Where a section's parts are in the encoded bytes. */
struct stream_mark {
    size_t start; /* its type byte */
    size_t payload; /* behind its length, if it has one */
    size_t payload_end; /* its footer, if there is one */
    size_t end;
};

struct stream_encoding {
    struct builder out;
    struct stream_mark *marks; /* one for each section of the message */
    size_t n_marks;
    size_t capacity;
};

/*
 * Decodes a stream, with or without its header (QEMU saves device state without).  Payloads that no table describes
 * stay opaque.  Returns NULL and a reason with offset for anything that is not a complete stream; free the result with
 * stream_free().  Large parts of a file that is shown (mapped.h) are referred to.
 */
Hardstop__Stream *stream_decode(const uint8_t *data, size_t size, enum stream_framing framing, struct hs_error *err);

/*
 * The same for a stream without a description of its own: `description` (JSON of a vmdesc, may be NULL) tells the
 * sizes of the sections that no table describes.
 */
Hardstop__Stream *stream_decode_with(const uint8_t *data, size_t size, enum stream_framing framing,
                                     const ProtobufCBinaryData *description, struct hs_error *err);

/*
 * The same for any bytes at all, of which none is lost: what cannot be read, from the beginning of the section on in
 * which that shows, is the message's `rest`; then *is_whole is false, and `err` has the reason and the offset.
 */
Hardstop__Stream *stream_decode_part(const uint8_t *data, size_t size, enum stream_framing framing, bool *is_whole,
                                     struct hs_error *err);

/*
 * Encodes any message into `encoding` (zeroed before first use, then reused); `visit` (may be NULL) sees each field's
 * place under paths such as "section[3].virtio.status".
 */
void stream_encode(const Hardstop__Stream *stream, struct stream_encoding *encoding, field_visit_fn *visit, void *user);
/*
 * The same, but only the sections whose place in `visited` is true are visited, and little is encoded behind the first
 * `enough` bytes (0: all).
 */
void stream_encode_some(const Hardstop__Stream *stream, struct stream_encoding *encoding, field_visit_fn *visit,
                        void *user, const bool *visited, size_t enough);
void stream_encoding_clear(struct stream_encoding *encoding);

/* Takes a copy of bytes that are read, or refers to them where they are many and shown of a file. */
void stream_put_bytes(ProtobufCBinaryData *bytes, const uint8_t *data, size_t size);
/* Frees what was decoded, or made otherwise; whatever it refers to stays.  NULL is allowed. */
void stream_free(Hardstop__Stream *stream);
void stream_free_section(Hardstop__Section *section);
/* Leaves out of a stream what it only refers to, so that protobuf-c can free it. */
void stream_let_go(Hardstop__Stream *stream);

/* True when a table describes the section's payload. */
bool section_is_described(const Hardstop__Section *section);

/* True when the type is one of a section with idstr, instance_id and version_id (START, FULL). */
bool stream_type_has_header(int type);

#endif

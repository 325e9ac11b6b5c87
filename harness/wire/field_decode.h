/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes -> message, by the message's table. */
#ifndef HARDSTOP_WIRE_FIELD_DECODE_H
#define HARDSTOP_WIRE_FIELD_DECODE_H

#include "harness/base/error.h"
#include "harness/wire/bytes.h"
#include "harness/wire/field.h"

/* What a decoder knows beside the bytes; rows' callbacks get it. */
struct field_decoder {
    struct bytes in;
    const ProtobufCMessage *root; /* the outermost message, filled in as far as decoding came */
    uint32_t device; /* tag of the member of VirtioSection.device */
    uint32_t version; /* version_id of the subsection that is being decoded */
    bool bounded; /* the message takes all bytes up to in.size */
    /*
     * Of some rows no byte tells whether they are on the wire: one has to guess, and a wrong guess shows at the end of
     * the payload, where bytes are left or missing.  0: the usual guess; 1 and up: other ones, for rows' callbacks.
     */
    unsigned reading;
    struct hs_error *err;
};

/*
 * Decodes one message of `table` at the decoder's cursor.  Returns it (free with
 * protobuf_c_message_free_unpacked), or NULL with offset and reason in decoder->err.  Allocates at most a small
 * multiple of the bytes that are left.
 */
ProtobufCMessage *field_decode(struct field_decoder *decoder, const struct table *table);
/* Decodes into an empty message that exists; 0, or -1 with the reason, the message then being partly filled in. */
int field_decode_into(struct field_decoder *decoder, const struct table *table, ProtobufCMessage *message);

/* Of a list whose elements begin with a number of 4 bytes that is not 0: a 0 ends it. */
bool field_more_unless_zero(const struct field_decoder *decoder, const void *message, size_t i);

/* Of the last row of an outermost message: the bytes that no row before it took, where the end is known. */
bool field_has_rest(const struct field_decoder *decoder, const void *message, const struct field *field);
uint64_t field_rest(const struct field_decoder *decoder, const void *message);

#endif

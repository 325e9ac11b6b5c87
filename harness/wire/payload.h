/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections whose payload a table describes, and the way from a section's idstr or its message to that table. */
#ifndef HARDSTOP_WIRE_PAYLOAD_H
#define HARDSTOP_WIRE_PAYLOAD_H

#include "harness/wire/field_decode.h"
#include "harness/wire/field_encode.h"
#include "stream.pb-c.h"

struct payload {
    const char *idstr; /* its last part, behind the device's path */
    uint32_t tag; /* of the member of Section.payload */
    const struct table *table; /* of that member's message */
    uint32_t device; /* with the member `virtio`: tag of the member of VirtioSection.device */
    unsigned other_readings; /* how many: field_decoder.reading */
};

/* All of them, each written in the file of its table; ends with NULL. */
extern const struct payload *const payloads[];

/* The payload of the section of that idstr, or NULL where no table describes it. */
const struct payload *payload_find(const uint8_t *idstr, size_t size);

/*
 * Decodes a payload at the cursor of `from`, up to from->size if that is its end (`bounded`).  Returns the message,
 * with the cursor behind it, or NULL with the reason in `err`.
 */
ProtobufCMessage *payload_decode(const struct payload *payload, struct bytes *from, bool bounded, unsigned reading,
                                 struct hs_error *err);
/* Could the payload end at that offset? */
typedef bool payload_end_fn(const void *user, size_t at);
/*
 * The best of its readings: the first that takes all bytes, or else the first that decodes; NULL where none does.
 * `could_end` tells where the end may be; NULL: it is from->size.
 */
ProtobufCMessage *payload_decode_best(const struct payload *payload, struct bytes *from, payload_end_fn *could_end,
                                      const void *user);
/* Gives a section without payload a message that it then owns. */
void payload_set(Hardstop__Section *section, const struct payload *payload, ProtobufCMessage *message);

/* The message of a section's payload, or NULL where it is opaque or missing. */
const ProtobufCMessage *payload_message(const Hardstop__Section *section);
/* Appends what payload_message() gives, under paths that begin with the name of its member. */
void payload_encode(struct field_encoder *encoder, const Hardstop__Section *section);

/* Bytes of the message that no table names, or NULL: there are none. */
const ProtobufCBinaryData *payload_rest(const ProtobufCMessage *message);

#endif

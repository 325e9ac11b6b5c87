/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a section to the table of its payload, and the walk along that table. */
#include "harness/wire/payload.h"

#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/wire/row.h"

const struct payload *payload_find(const uint8_t *idstr, size_t size)
{
    const uint8_t *slash = size ? memrchr(idstr, '/', size) : NULL;
    const uint8_t *name = slash ? slash + 1 : idstr;
    size_t length = size - (size_t)(name - idstr);

    for (size_t i = 0; payloads[i]; i++) {
        if (strlen(payloads[i]->idstr) == length && memcmp(payloads[i]->idstr, name, length) == 0) {
            return payloads[i];
        }
    }
    return NULL;
}

ProtobufCMessage *payload_decode(const struct payload *payload, struct bytes *from, bool bounded, unsigned reading,
                                 struct hs_error *err)
{
    struct field_decoder decoder = { .in = *from, .device = payload->device, .bounded = bounded, .reading = reading,
                                     .err = err };
    ProtobufCMessage *message = hs_alloc(payload->table->descriptor->sizeof_message);

    payload->table->descriptor->message_init(message);
    decoder.root = message;
    if (field_decode_into(&decoder, payload->table, message) < 0) {
        protobuf_c_message_free_unpacked(message, NULL);
        return NULL;
    }
    *from = decoder.in;
    return message;
}

static ProtobufCMessage *decode_up_to_end(const struct payload *payload, struct bytes *from, unsigned reading,
                                          payload_end_fn *could_end, const void *user)
{
    struct hs_error ignored;
    ProtobufCMessage *message = payload_decode(payload, from, !could_end, reading, &ignored);

    if (message && could_end && !could_end(user, from->at)) {
        protobuf_c_message_free_unpacked(message, NULL);
        return NULL;
    }
    return message;
}

ProtobufCMessage *payload_decode_best(const struct payload *payload, struct bytes *from, payload_end_fn *could_end,
                                      const void *user)
{
    struct bytes start = *from;
    ProtobufCMessage *best = NULL;

    for (unsigned reading = 0; reading <= payload->other_readings; reading++) {
        struct bytes in = start;
        ProtobufCMessage *message = decode_up_to_end(payload, &in, reading, could_end, user);

        if (message && (!best || !payload_rest(message))) {
            protobuf_c_message_free_unpacked(best, NULL);
            best = message;
            *from = in;
        } else {
            protobuf_c_message_free_unpacked(message, NULL);
        }
        if (best && !payload_rest(best)) {
            break;
        }
    }
    return best;
}

static ProtobufCMessage **member_of(const Hardstop__Section *section)
{
    const ProtobufCFieldDescriptor *member =
        protobuf_c_message_descriptor_get_field(&hardstop__section__descriptor, section->payload_case);

    return (ProtobufCMessage **)((char *)section + member->offset);
}

void payload_set(Hardstop__Section *section, const struct payload *payload, ProtobufCMessage *message)
{
    section->payload_case = (Hardstop__Section__PayloadCase)payload->tag;
    *member_of(section) = message;
}

const ProtobufCMessage *payload_message(const Hardstop__Section *section)
{
    bool has_message = section->payload_case != HARDSTOP__SECTION__PAYLOAD__NOT_SET &&
                       section->payload_case != HARDSTOP__SECTION__PAYLOAD_OPAQUE;

    return has_message ? *member_of(section) : NULL;
}

void payload_encode(struct field_encoder *encoder, const Hardstop__Section *section)
{
    const ProtobufCMessage *message = payload_message(section);
    size_t i = 0, length;

    while (payloads[i] && payloads[i]->tag != (uint32_t)section->payload_case) {
        i++;
    }
    HS_CHECK(payloads[i], "no payload has the tag %d", section->payload_case);
    length = field_path_push(encoder, protobuf_c_message_descriptor_get_field(&hardstop__section__descriptor,
                                                                              section->payload_case)->name);
    field_encode(encoder, payloads[i]->table, message);
    field_path_pop(encoder, length);
}

const ProtobufCBinaryData *payload_rest(const ProtobufCMessage *message)
{
    for (size_t i = 0; message && payloads[i]; i++) {
        const struct table *table = payloads[i]->table;
        const struct field *last = &table->fields[table->n_fields - 1];

        if (table->descriptor == message->descriptor) {
            return row_has(last, message) ? row_member(last, message) : NULL;
        }
    }
    return NULL;
}

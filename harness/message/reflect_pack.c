/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes to message within limits, and back. */
#include "harness/message/reflect.h"

#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/message/member.h"

struct budget {
    size_t bytes;
    size_t blocks;
    bool spent;
};

static void *budget_alloc(void *user, size_t size)
{
    struct budget *budget = user;

    if (size > budget->bytes || budget->blocks == 0) {
        budget->spent = true;
        return NULL;
    }
    budget->bytes -= size;
    budget->blocks--;
    return malloc(size ? size : 1);
}

static void budget_free(void *user, void *block)
{
    (void)user;
    free(block);
}

/* Reads a varint of at most `longest` bytes at `*at`. */
static bool scan_varint(const uint8_t *bytes, size_t end, size_t longest, size_t *at, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < longest && *at < end; i++) {
        uint8_t byte = bytes[(*at)++];

        *value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (!(byte & 0x80)) {
            return true;
        }
    }
    return false;
}

static const ProtobufCFieldDescriptor *field_of_tag(const ProtobufCMessageDescriptor *type, uint64_t id)
{
    unsigned low = 0, high = type->n_fields;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;

        if (type->fields[middle].id == id) {
            return &type->fields[middle];
        }
        if (type->fields[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/*
 * Walks the wire format of `bytes` from `at` to `end` and fails where protobuf-c would, but with an offset, and before
 * its recursion gets deep.  Only fields that `type` declares as messages are entered, so each byte is seen once.
 */
static int scan(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t at, size_t end, unsigned depth,
                struct hs_error *err)
{
    if (depth > REFLECT_MAX_DEPTH) {
        return hs_fail(err, at, "messages nested more than %d deep", REFLECT_MAX_DEPTH);
    }
    while (at < end) {
        const ProtobufCFieldDescriptor *field;
        size_t start = at;
        uint64_t tag, size = 0;

        if (!scan_varint(bytes, end, 5, &at, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff) {
            return hs_fail(err, start, "%s: malformed tag", type->name);
        }
        field = field_of_tag(type, tag >> 3);
        switch (tag & 7) {
        case PROTOBUF_C_WIRE_TYPE_VARINT:
            if (!scan_varint(bytes, end, 10, &at, &size)) {
                return hs_fail(err, start, "%s: malformed number in field %u", type->name, (unsigned)(tag >> 3));
            }
            size = 0;
            break;
        case PROTOBUF_C_WIRE_TYPE_64BIT:
            size = 8;
            break;
        case PROTOBUF_C_WIRE_TYPE_32BIT:
            size = 4;
            break;
        case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
            if (!scan_varint(bytes, end, 5, &at, &size)) {
                return hs_fail(err, start, "%s: malformed length of field %u", type->name, (unsigned)(tag >> 3));
            }
            break;
        default:
            return hs_fail(err, start, "%s: wire type %u", type->name, (unsigned)(tag & 7));
        }
        if (size > end - at) {
            return hs_fail(err, start, "%s: field %u ends behind its message", type->name, (unsigned)(tag >> 3));
        }
        if (field && field->type == PROTOBUF_C_TYPE_MESSAGE && (tag & 7) == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED &&
            scan(field->descriptor, bytes, at, at + size, depth + 1, err)) {
            return -1;
        }
        at += size;
    }
    return 0;
}

static void drop_unknown(ProtobufCMessage *msg)
{
    for (unsigned i = 0; i < msg->n_unknown_fields; i++) {
        free(msg->unknown_fields[i].data);
    }
    if (msg->n_unknown_fields) {
        free(msg->unknown_fields);
    }
    msg->n_unknown_fields = 0;
    msg->unknown_fields = NULL;
    for (unsigned f = 0; f < msg->descriptor->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &msg->descriptor->fields[f];

        if (member_kind(field) == MEMBER_MESSAGE) {
            for (size_t i = 0; i < member_count(msg, field); i++) {
                drop_unknown(member_message(msg, field, i));
            }
        }
    }
}

ProtobufCMessage *reflect_unpack(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size,
                                 struct hs_error *err)
{
    struct budget budget = { .bytes = REFLECT_MAX_BYTES, .blocks = REFLECT_MAX_BLOCKS };
    ProtobufCAllocator allocator = { .alloc = budget_alloc, .free = budget_free, .allocator_data = &budget };
    ProtobufCMessage *msg;

    if (size > REFLECT_MAX_INPUT) {
        hs_fail(err, HS_NO_OFFSET, "%zu bytes, more than %zu", size, REFLECT_MAX_INPUT);
        return NULL;
    }
    if (scan(type, bytes, 0, size, 0, err)) {
        return NULL;
    }
    msg = protobuf_c_message_unpack(type, &allocator, size, bytes);
    if (!msg) {
        hs_fail(err, HS_NO_OFFSET, "%s: %s", type->name,
                budget.spent ? "takes too much memory" : "a field has a wrong wire type, or a required one is missing");
        return NULL;
    }
    drop_unknown(msg);
    if (!reflect_valid(msg, err)) {
        reflect_free(msg);
        return NULL;
    }
    return msg;
}

uint8_t *reflect_pack(const ProtobufCMessage *msg, size_t *size)
{
    uint8_t *bytes = hs_alloc(protobuf_c_message_get_packed_size(msg));

    *size = protobuf_c_message_pack(msg, bytes);
    return bytes;
}

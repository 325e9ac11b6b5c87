/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole messages: unpacking within limits, copying, comparing, and the check that protobuf-c lacks. */
#include "harness/message/reflect.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
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

ProtobufCMessage *reflect_new(const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *msg = hs_alloc(type->sizeof_message);

    HS_CHECK(type->message_init, "%s has no initialiser", type->name);
    type->message_init(msg);
    for (unsigned f = 0; f < type->n_fields; f++) {
        if (type->fields[f].label == PROTOBUF_C_LABEL_REQUIRED) {
            member_clear(msg, &type->fields[f]);
        }
    }
    return msg;
}

ProtobufCMessage *reflect_clone(const ProtobufCMessage *msg)
{
    ProtobufCMessage *copy = hs_copy(msg, msg->descriptor->sizeof_message);

    copy->n_unknown_fields = 0;
    copy->unknown_fields = NULL;
    for (unsigned f = 0; f < msg->descriptor->n_fields; f++) {
        member_unshare(copy, &msg->descriptor->fields[f]);
    }
    return copy;
}

void reflect_free(ProtobufCMessage *msg)
{
    if (msg) {
        protobuf_c_message_free_unpacked(msg, NULL);
    }
}

/* Value `i` of `from`'s field becomes value `to` of `msg`'s. */
static void merge_value(ProtobufCMessage *msg, const ProtobufCMessage *from, const ProtobufCFieldDescriptor *field,
                        size_t to, size_t i, enum reflect_merge how)
{
    bool held = to < member_count(msg, field);

    if (held && member_kind(field) == MEMBER_MESSAGE) {
        reflect_merge(member_message(msg, field, to), member_message(from, field, i), how);
        return;
    }
    if (!held) {
        member_insert(msg, field, to);
    }
    member_copy(msg, field, to, from, field, i);
}

void reflect_merge(ProtobufCMessage *msg, const ProtobufCMessage *from, enum reflect_merge how)
{
    for (unsigned f = 0; f < msg->descriptor->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &msg->descriptor->fields[f];
        bool behind = member_repeated(field) && how == REFLECT_APPEND;
        size_t first = behind ? member_count(msg, field) : 0;

        for (size_t i = 0; i < member_count(from, field); i++) {
            merge_value(msg, from, field, first + i, i, how);
        }
    }
}

bool reflect_equal(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
    if (a->descriptor != b->descriptor) {
        return false;
    }
    for (unsigned f = 0; f < a->descriptor->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &a->descriptor->fields[f];
        size_t count = member_count(a, field);

        if (count != member_count(b, field)) {
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            if (!member_equal(a, field, i, b, field, i)) {
                return false;
            }
        }
    }
    return true;
}

/* Value `at` of `field`; `index` is for the message only. */
static int check_value(const ProtobufCFieldDescriptor *field, const void *at, size_t index, struct hs_error *err)
{
    const ProtobufCBinaryData *bytes = at;
    const ProtobufCMessage *msg;

    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return *(char *const *)at ? 0 : hs_fail(err, HS_NO_OFFSET, "%s[%zu]: no string", field->name, index);
    case PROTOBUF_C_TYPE_BYTES:
        return bytes->data || !bytes->len ? 0 : hs_fail(err, HS_NO_OFFSET, "%s[%zu]: %zu bytes, but no data",
                                                        field->name, index, bytes->len);
    case PROTOBUF_C_TYPE_MESSAGE:
        msg = *(ProtobufCMessage *const *)at;
        if (!msg) {
            return hs_fail(err, HS_NO_OFFSET, "%s[%zu]: no message", field->name, index);
        }
        if (msg->descriptor != field->descriptor) {
            return hs_fail(err, HS_NO_OFFSET, "%s[%zu]: another type of message", field->name, index);
        }
        return reflect_valid(msg, err) ? 0 : hs_fail_in(err, "%s[%zu]", field->name, index);
    default:
        return 0;
    }
}

static int check_field(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, struct hs_error *err)
{
    const uint8_t *at = (const uint8_t *)msg + field->offset;
    size_t count, size;

    if (member_in_oneof(field)) {
        const uint32_t *tag = (const void *)((const uint8_t *)msg + field->quantifier_offset);

        if (*tag && !member_live(msg, field)) {
            return hs_fail(err, HS_NO_OFFSET, "%s: its oneof has the unknown tag %u", field->name, *tag);
        }
    }
    if (!member_repeated(field)) {
        return member_kind(field) != MEMBER_SCALAR && member_count(msg, field) ? check_value(field, at, 0, err) : 0;
    }
    count = member_count(msg, field);
    at = *(const uint8_t *const *)at;
    if (count && !at) {
        return hs_fail(err, HS_NO_OFFSET, "%s: %zu values, but no array", field->name, count);
    }
    size = member_value_size(field);
    for (size_t i = 0; i < count && member_kind(field) != MEMBER_SCALAR; i++) {
        if (check_value(field, at + i * size, i, err)) {
            return -1;
        }
    }
    return 0;
}

bool reflect_valid(const ProtobufCMessage *msg, struct hs_error *err)
{
    const ProtobufCMessageDescriptor *type = msg->descriptor;

    if (!type || type->magic != PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC) {
        hs_fail(err, HS_NO_OFFSET, "not a message");
        return false;
    }
    for (unsigned f = 0; f < type->n_fields; f++) {
        if (check_field(msg, &type->fields[f], err)) {
            return false;
        }
    }
    return true;
}

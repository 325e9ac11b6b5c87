/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole messages: copying, comparing, and the check that protobuf-c lacks. */
#include "harness/message/reflect.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/message/cell.h"
#include "harness/message/member.h"

ProtobufCMessage *reflect_new(const ProtobufCMessageDescriptor *type)
{
    return cell_new_message(type);
}

/* Gives `msg`, a bytewise copy of another message, memory of its own for the field. */
static void unshare(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    uint8_t *at = (uint8_t *)msg + field->offset, **array = (uint8_t **)at;
    size_t count = member_repeated(field) || member_in_oneof(field) ? member_count(msg, field) : 1;

    if (member_repeated(field)) {
        *array = count ? hs_copy(*array, count * cell_size(field)) : NULL;
        at = *array;
    }
    for (size_t i = 0; i < count && member_kind(field) != MEMBER_SCALAR; i++) {
        void *value = at + i * cell_size(field);
        ProtobufCMessage **message = value;

        if (member_kind(field) == MEMBER_BYTES) {
            cell_unshare(field, value);
        } else if (*message) {
            *message = reflect_clone(*message);
        }
    }
}

ProtobufCMessage *reflect_clone(const ProtobufCMessage *msg)
{
    ProtobufCMessage *copy = hs_copy(msg, msg->descriptor->sizeof_message);

    copy->n_unknown_fields = 0;
    copy->unknown_fields = NULL;
    for (unsigned f = 0; f < msg->descriptor->n_fields; f++) {
        unshare(copy, &msg->descriptor->fields[f]);
    }
    return copy;
}

void reflect_free(ProtobufCMessage *msg)
{
    if (msg) {
        cell_free_message(msg);
    }
}

void reflect_copy_value(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index,
                        const ProtobufCMessage *source, const ProtobufCFieldDescriptor *source_field,
                        size_t source_index)
{
    const uint8_t *bytes;
    size_t size;

    HS_CHECK(member_compatible(field, source_field), "%s does not take a %s", field->name, source_field->name);
    switch (member_kind(field)) {
    case MEMBER_SCALAR:
        member_set(msg, field, index, member_get(source, source_field, source_index));
        break;
    case MEMBER_BYTES:
        /* Making room may free or move the source's memory, so the copy comes first. */
        bytes = member_bytes(source, source_field, source_index, &size);
        bytes = hs_copy(bytes, size);
        member_set_bytes(msg, field, index, bytes, size);
        free((void *)bytes);
        break;
    case MEMBER_MESSAGE:
        /* A clone first, for the same reason. */
        member_set_message(msg, field, index, reflect_clone(member_message(source, source_field, source_index)));
        break;
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
    reflect_copy_value(msg, field, to, from, field, i);
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

bool reflect_equal_value(const ProtobufCMessage *a, const ProtobufCFieldDescriptor *a_field, size_t a_index,
                         const ProtobufCMessage *b, const ProtobufCFieldDescriptor *b_field, size_t b_index)
{
    const uint8_t *a_bytes, *b_bytes;
    size_t a_size, b_size;

    switch (member_kind(a_field)) {
    case MEMBER_SCALAR:
        return member_get(a, a_field, a_index) == cell_fit(a_field, member_get(b, b_field, b_index));
    case MEMBER_BYTES:
        a_bytes = member_bytes(a, a_field, a_index, &a_size);
        b_bytes = member_bytes(b, b_field, b_index, &b_size);
        return a_size == b_size && memcmp(a_bytes, b_bytes, a_size) == 0;
    default:
        return reflect_equal(member_message(a, a_field, a_index), member_message(b, b_field, b_index));
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
            if (!reflect_equal_value(a, field, i, b, field, i)) {
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
    size = cell_size(field);
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

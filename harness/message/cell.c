/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The forms that protobuf-c stores one value in. */
#include "harness/message/cell.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/mapped.h"

#define CANONICAL_NAN32 UINT64_C(0x7fc00000)
#define CANONICAL_NAN64 UINT64_C(0x7ff8000000000000)

static bool is_number(const ProtobufCFieldDescriptor *field)
{
    return field->type != PROTOBUF_C_TYPE_STRING && field->type != PROTOBUF_C_TYPE_BYTES &&
           field->type != PROTOBUF_C_TYPE_MESSAGE;
}

size_t cell_size(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return sizeof(uint64_t);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
        return sizeof(char *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(ProtobufCMessage *);
    default:
        return sizeof(uint32_t);
    }
}

/* Memory of the generated code, or of a file that is shown: never freed, never written to. */
static bool is_static(const ProtobufCFieldDescriptor *field, const void *at)
{
    const ProtobufCBinaryData *bytes = at, *fallback = field->default_value;

    if (field->type == PROTOBUF_C_TYPE_BYTES) {
        return (fallback && bytes->data == fallback->data) ||
               (bytes->len >= MAPPED_LEAST && mapped_find(bytes->data));
    }
    return *(void *const *)at == field->default_value || *(const char *const *)at == protobuf_c_empty_string;
}

static void *allocate(void *user, size_t size)
{
    (void)user;
    return hs_alloc(size);
}

static void release(void *user, void *block)
{
    (void)user;
    if (!mapped_find(block)) {
        free(block);
    }
}

void cell_free_message(ProtobufCMessage *msg)
{
    ProtobufCAllocator allocator = { allocate, release, NULL };

    protobuf_c_message_free_unpacked(msg, &allocator);
}

void cell_release(const ProtobufCFieldDescriptor *field, void *at)
{
    if (is_number(field) || is_static(field, at)) {
        return;
    }
    switch (field->type) {
    case PROTOBUF_C_TYPE_BYTES:
        free(((ProtobufCBinaryData *)at)->data);
        break;
    case PROTOBUF_C_TYPE_STRING:
        free(*(char **)at);
        break;
    default:
        cell_free_message(*(ProtobufCMessage **)at);
    }
}

uint64_t cell_fit(const ProtobufCFieldDescriptor *field, uint64_t value)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_ENUM:
        return (uint64_t)(int64_t)(int32_t)value;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return (uint32_t)value;
    case PROTOBUF_C_TYPE_BOOL:
        return value != 0;
    case PROTOBUF_C_TYPE_FLOAT:
        return (value & 0x7fffffff) > 0x7f800000 ? CANONICAL_NAN32 : (uint32_t)value;
    case PROTOBUF_C_TYPE_DOUBLE:
        return (value & INT64_MAX) > UINT64_C(0x7ff0000000000000) ? CANONICAL_NAN64 : value;
    default:
        return value;
    }
}

void cell_set_number(const ProtobufCFieldDescriptor *field, void *at, uint64_t value)
{
    uint32_t word = (uint32_t)value;
    protobuf_c_boolean flag = value != 0;

    if (field->type == PROTOBUF_C_TYPE_BOOL) {
        memcpy(at, &flag, sizeof(flag));
    } else if (cell_size(field) == sizeof(word)) {
        memcpy(at, &word, sizeof(word));
    } else {
        memcpy(at, &value, sizeof(value));
    }
}

uint64_t cell_number(const ProtobufCFieldDescriptor *field, const void *at)
{
    uint64_t value;
    uint32_t word;

    if (cell_size(field) == sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        return cell_fit(field, word);
    }
    memcpy(&value, at, sizeof(value));
    return cell_fit(field, value);
}

uint64_t cell_default(const ProtobufCFieldDescriptor *field)
{
    HS_CHECK(is_number(field), "%s is not a scalar", field->name);
    if (field->default_value) {
        return cell_number(field, field->default_value);
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM && !protobuf_c_enum_descriptor_get_value(field->descriptor, 0)) {
        return cell_fit(field, (uint64_t)((const ProtobufCEnumDescriptor *)field->descriptor)->values[0].value);
    }
    return 0;
}

void cell_set_bytes(const ProtobufCFieldDescriptor *field, void *at, const void *bytes, size_t size)
{
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        HS_CHECK(!size || !memchr(bytes, 0, size), "%s: a string cannot hold a zero byte", field->name);
        *(char **)at = hs_copy(bytes, size);
    } else {
        *(ProtobufCBinaryData *)at = (ProtobufCBinaryData){ .len = size, .data = size ? hs_copy(bytes, size) : NULL };
    }
}

void cell_set_default(const ProtobufCFieldDescriptor *field, void *at)
{
    const void *fallback = field->default_value;
    const ProtobufCBinaryData *bytes = fallback;

    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        cell_set_bytes(field, at, fallback ? fallback : "", fallback ? strlen(fallback) : 0);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        cell_set_bytes(field, at, bytes ? bytes->data : NULL, bytes ? bytes->len : 0);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)at = cell_new_message(field->descriptor);
        break;
    default:
        cell_set_number(field, at, cell_default(field));
    }
}

void cell_set_absent(const ProtobufCFieldDescriptor *field, void *at)
{
    if (is_number(field)) {
        cell_set_number(field, at, cell_default(field));
    } else if (field->type == PROTOBUF_C_TYPE_BYTES && field->default_value) {
        memcpy(at, field->default_value, sizeof(ProtobufCBinaryData));
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        *(const void **)at = field->default_value;
    }
}

/* proto3 has no presence but the value: protobuf-c packs what is not zero, and -0.0 counts as zero. */
bool cell_is_nonzero(const ProtobufCFieldDescriptor *field, const void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return *(const char *const *)at && **(const char *const *)at;
    case PROTOBUF_C_TYPE_BYTES:
        return ((const ProtobufCBinaryData *)at)->len > 0;
    case PROTOBUF_C_TYPE_MESSAGE:
        return *(void *const *)at != NULL;
    case PROTOBUF_C_TYPE_FLOAT:
        return *(const float *)at != 0;
    case PROTOBUF_C_TYPE_DOUBLE:
        return *(const double *)at != 0;
    default:
        return cell_number(field, at) != 0;
    }
}

void cell_unshare(const ProtobufCFieldDescriptor *field, void *at)
{
    const ProtobufCBinaryData *bytes = at;
    const char *text;

    if (is_number(field) || is_static(field, at)) {
        return;
    }
    switch (field->type) {
    case PROTOBUF_C_TYPE_BYTES:
        cell_set_bytes(field, at, bytes->data, bytes->data ? bytes->len : 0);
        break;
    case PROTOBUF_C_TYPE_STRING:
        text = *(const char **)at;
        *(char **)at = text ? hs_strdup(text) : NULL;
        break;
    default:
        HS_CHECK(false, "%s: what a message holds is copied by those who know messages", field->name);
    }
}

ProtobufCMessage *cell_new_message(const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *msg = hs_alloc(type->sizeof_message);

    HS_CHECK(type->message_init, "%s has no initialiser", type->name);
    type->message_init(msg);
    for (unsigned f = 0; f < type->n_fields; f++) {
        if (type->fields[f].label == PROTOBUF_C_LABEL_REQUIRED) {
            cell_set_default(&type->fields[f], (uint8_t *)msg + type->fields[f].offset);
        }
    }
    return msg;
}

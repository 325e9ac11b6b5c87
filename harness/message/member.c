/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Presence and memory of a field, in each of the forms that protobuf-c stores one in. */
#include "harness/message/member.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/message/reflect.h"

#define CANONICAL_NAN32 UINT64_C(0x7fc00000)
#define CANONICAL_NAN64 UINT64_C(0x7ff8000000000000)

static void *address(const ProtobufCMessage *msg, unsigned offset)
{
    return (uint8_t *)msg + offset;
}

static size_t *counter(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    return address(msg, field->quantifier_offset);
}

static uint32_t *oneof_case(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    return address(msg, field->quantifier_offset);
}

size_t member_value_size(const ProtobufCFieldDescriptor *field)
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

/* Where value `index` lies. */
static void *slot(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index)
{
    if (!member_repeated(field)) {
        HS_CHECK(index == 0, "%s is singular, index %zu", field->name, index);
        return address(msg, field->offset);
    }
    HS_CHECK(index < *counter(msg, field), "%s has %zu values, index %zu", field->name, *counter(msg, field), index);
    return *(uint8_t **)address(msg, field->offset) + index * member_value_size(field);
}

/* Memory of the generated code: never freed, never written to. */
static bool is_static(const ProtobufCFieldDescriptor *field, const void *at)
{
    const ProtobufCBinaryData *bytes = at, *fallback = field->default_value;

    if (field->type == PROTOBUF_C_TYPE_BYTES) {
        return fallback && bytes->data == fallback->data;
    }
    return *(void *const *)at == field->default_value || *(const char *const *)at == protobuf_c_empty_string;
}

/* Frees what the value at `at` owns.  The value itself is stale afterwards. */
static void release(const ProtobufCFieldDescriptor *field, void *at)
{
    if (member_kind(field) == MEMBER_SCALAR || is_static(field, at)) {
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
        reflect_free(*(ProtobufCMessage **)at);
    }
}

static void store_bytes(const ProtobufCFieldDescriptor *field, void *at, const void *bytes, size_t size)
{
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        HS_CHECK(!size || !memchr(bytes, 0, size), "%s: a string cannot hold a zero byte", field->name);
        *(char **)at = hs_copy(bytes, size);
    } else {
        *(ProtobufCBinaryData *)at = (ProtobufCBinaryData){ .len = size, .data = size ? hs_copy(bytes, size) : NULL };
    }
}

static void store_scalar(const ProtobufCFieldDescriptor *field, void *at, uint64_t value)
{
    uint32_t word = (uint32_t)value;
    protobuf_c_boolean flag = value != 0;

    if (field->type == PROTOBUF_C_TYPE_BOOL) {
        memcpy(at, &flag, sizeof(flag));
    } else if (member_value_size(field) == sizeof(word)) {
        memcpy(at, &word, sizeof(word));
    } else {
        memcpy(at, &value, sizeof(value));
    }
}

static uint64_t load_scalar(const ProtobufCFieldDescriptor *field, const void *at)
{
    uint64_t value;
    uint32_t word;

    if (member_value_size(field) == sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        return member_fit(field, word);
    }
    memcpy(&value, at, sizeof(value));
    return member_fit(field, value);
}

/* Fills raw memory with the default value.  Elements of a repeated field have none but zero. */
static void store_default(const ProtobufCFieldDescriptor *field, void *at)
{
    const void *fallback = field->default_value;
    const ProtobufCBinaryData *bytes = fallback;

    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        store_bytes(field, at, fallback ? fallback : "", fallback ? strlen(fallback) : 0);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        store_bytes(field, at, bytes ? bytes->data : NULL, bytes ? bytes->len : 0);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)at = reflect_new(field->descriptor);
        break;
    default:
        store_scalar(field, at, member_default(field));
    }
}

/* What the generated initialiser puts into a field that is not set; `at` is zeroed. */
static void store_absent(const ProtobufCFieldDescriptor *field, void *at)
{
    if (member_kind(field) == MEMBER_SCALAR) {
        store_scalar(field, at, member_default(field));
    } else if (field->type == PROTOBUF_C_TYPE_BYTES && field->default_value) {
        memcpy(at, field->default_value, sizeof(ProtobufCBinaryData));
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        *(const void **)at = field->default_value;
    }
}

const ProtobufCFieldDescriptor *member_find(const ProtobufCMessageDescriptor *type, const char *name, size_t size)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (strlen(type->fields[i].name) == size && memcmp(type->fields[i].name, name, size) == 0) {
            return &type->fields[i];
        }
    }
    return NULL;
}

const ProtobufCFieldDescriptor *member_live(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *type = msg->descriptor;

    for (unsigned i = 0; i < type->n_fields; i++) {
        if (member_same_oneof(&type->fields[i], field) && type->fields[i].id == *oneof_case(msg, field)) {
            return &type->fields[i];
        }
    }
    return NULL;
}

/* proto3 has no presence but the value: protobuf-c packs what is not zero, and -0.0 counts as zero. */
static bool is_nonzero(const ProtobufCFieldDescriptor *field, const void *at)
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
        return load_scalar(field, at) != 0;
    }
}

size_t member_count(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    void *pointer;

    if (member_in_oneof(field)) {
        return *oneof_case(msg, field) == field->id;
    }
    switch (field->label) {
    case PROTOBUF_C_LABEL_REPEATED:
        return *counter(msg, field);
    case PROTOBUF_C_LABEL_REQUIRED:
        return 1;
    case PROTOBUF_C_LABEL_NONE:
        return is_nonzero(field, address(msg, field->offset));
    default:
        break;
    }
    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE) {
        pointer = *(void **)address(msg, field->offset);
        return pointer && pointer != field->default_value;
    }
    return *(protobuf_c_boolean *)address(msg, field->quantifier_offset) != 0;
}

/* Notes that a singular field is, or is not, set. */
static void mark(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, bool present)
{
    if (member_in_oneof(field)) {
        *oneof_case(msg, field) = present ? field->id : 0;
    } else if (field->label == PROTOBUF_C_LABEL_OPTIONAL && field->type != PROTOBUF_C_TYPE_STRING &&
               field->type != PROTOBUF_C_TYPE_MESSAGE) {
        *(protobuf_c_boolean *)address(msg, field->quantifier_offset) = present;
    }
}

static void insert_element(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index)
{
    size_t *count = counter(msg, field), size = member_value_size(field);
    uint8_t **array = address(msg, field->offset);

    HS_CHECK(index <= *count, "%s has %zu values, index %zu", field->name, *count, index);
    /* Nothing notes how much room an array has, so ask: growing by one each time would take quadratic time. */
    if (!*array || malloc_usable_size(*array) / size <= *count) {
        *array = hs_resize(*array, *count < 4 ? *count + 1 : *count + *count / 2, size);
    }
    memmove(*array + (index + 1) * size, *array + index * size, (*count - index) * size);
    store_default(field, *array + index * size);
    ++*count;
}

void member_insert(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index)
{
    const ProtobufCFieldDescriptor *live;

    if (member_repeated(field)) {
        insert_element(msg, field, index);
        return;
    }
    HS_CHECK(index == 0 && member_count(msg, field) == 0, "%s is singular and set, index %zu", field->name, index);
    if (member_in_oneof(field)) {
        live = member_live(msg, field);
        if (live) {
            release(live, slot(msg, live, 0));
        }
    } else {
        /* An absent proto3 string may still own an empty one. */
        release(field, slot(msg, field, 0));
    }
    store_default(field, slot(msg, field, 0));
    mark(msg, field, true);
}

static void remove_elements(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index, size_t count)
{
    size_t *total = counter(msg, field), size = member_value_size(field);
    uint8_t **array = address(msg, field->offset);

    HS_CHECK(index <= *total && count <= *total - index, "%s has %zu values, not %zu from %zu", field->name, *total,
             count, index);
    for (size_t i = index; i < index + count; i++) {
        release(field, *array + i * size);
    }
    *total -= count;
    if (*total == 0) {
        free(*array);
        *array = NULL;
    } else {
        memmove(*array + index * size, *array + (index + count) * size, (*total - index) * size);
    }
}

void member_remove(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index, size_t count)
{
    void *at;

    if (member_repeated(field)) {
        remove_elements(msg, field, index, count);
        return;
    }
    HS_CHECK(index == 0 && count <= 1, "%s is singular, not %zu values from %zu", field->name, count, index);
    if (count == 0 || member_count(msg, field) == 0) {
        return;
    }
    at = slot(msg, field, 0);
    release(field, at);
    mark(msg, field, false);
    memset(at, 0, member_value_size(field));
    if (field->label == PROTOBUF_C_LABEL_REQUIRED) {
        store_default(field, at);
    } else if (!member_in_oneof(field)) {
        store_absent(field, at);
    }
}

void member_clear(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    member_remove(msg, field, 0, member_count(msg, field));
}

void member_swap(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t a, size_t b)
{
    uint8_t *x = slot(msg, field, a), *y = slot(msg, field, b);

    for (size_t i = 0; i < member_value_size(field); i++) {
        uint8_t byte = x[i];

        x[i] = y[i];
        y[i] = byte;
    }
}

void member_move(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t from, size_t to)
{
    uint8_t *source = slot(msg, field, from), *target = slot(msg, field, to);
    uint8_t value[sizeof(ProtobufCBinaryData)];
    size_t size = member_value_size(field);

    memcpy(value, source, size);
    if (from < to) {
        memmove(source, source + size, (to - from) * size);
    } else {
        memmove(target + size, target, (from - to) * size);
    }
    memcpy(target, value, size);
}

uint64_t member_fit(const ProtobufCFieldDescriptor *field, uint64_t value)
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

uint64_t member_default(const ProtobufCFieldDescriptor *field)
{
    HS_CHECK(member_kind(field) == MEMBER_SCALAR, "%s is not a scalar", field->name);
    if (field->default_value) {
        return load_scalar(field, field->default_value);
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM && !protobuf_c_enum_descriptor_get_value(field->descriptor, 0)) {
        return member_fit(field, (uint64_t)((const ProtobufCEnumDescriptor *)field->descriptor)->values[0].value);
    }
    return 0;
}

uint64_t member_get(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index)
{
    HS_CHECK(member_kind(field) == MEMBER_SCALAR, "%s is not a scalar", field->name);
    if (member_in_oneof(field) && member_count(msg, field) == 0) {
        return member_default(field);
    }
    return load_scalar(field, slot(msg, field, index));
}

/* Where value `index` lies, made present. */
static void *make(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index)
{
    if (!member_repeated(field) && member_count(msg, field) == 0) {
        member_insert(msg, field, index);
    }
    return slot(msg, field, index);
}

void member_set(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index, uint64_t value)
{
    HS_CHECK(member_kind(field) == MEMBER_SCALAR, "%s is not a scalar", field->name);
    store_scalar(field, make(msg, field, index), value);
}

const uint8_t *member_bytes(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index,
                           size_t *size)
{
    const ProtobufCBinaryData *bytes;
    const char *text;

    HS_CHECK(member_kind(field) == MEMBER_BYTES, "%s is neither bytes nor string", field->name);
    *size = 0;
    if (member_in_oneof(field) && member_count(msg, field) == 0) {
        return (const uint8_t *)"";
    }
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        text = *(const char **)slot(msg, field, index);
        *size = text ? strlen(text) : 0;
        return (const uint8_t *)(text ? text : "");
    }
    bytes = slot(msg, field, index);
    *size = bytes->len;
    return bytes->len ? bytes->data : (const uint8_t *)"";
}

void member_set_bytes(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index, const void *bytes,
                     size_t size)
{
    uint8_t old[sizeof(ProtobufCBinaryData)];
    void *at;

    HS_CHECK(member_kind(field) == MEMBER_BYTES, "%s is neither bytes nor string", field->name);
    at = make(msg, field, index);
    /* The new bytes may be part of the old ones. */
    memcpy(old, at, member_value_size(field));
    store_bytes(field, at, bytes, size);
    release(field, old);
}

ProtobufCMessage *member_message(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index)
{
    HS_CHECK(member_kind(field) == MEMBER_MESSAGE && member_count(msg, field) > index, "%s has no message %zu",
             field->name, index);
    return *(ProtobufCMessage **)slot(msg, field, index);
}

bool member_compatible(const ProtobufCFieldDescriptor *to, const ProtobufCFieldDescriptor *from)
{
    /* Types up to this one are integers of some kind. */
    const ProtobufCType last_integer = PROTOBUF_C_TYPE_FIXED64;

    return (to->type == from->type && to->descriptor == from->descriptor) ||
           (to->type <= last_integer && from->type <= last_integer);
}

void member_copy(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index,
                const ProtobufCMessage *source, const ProtobufCFieldDescriptor *source_field, size_t source_index)
{
    ProtobufCMessage *copy, **at;
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
        copy = reflect_clone(member_message(source, source_field, source_index));
        at = make(msg, field, index);
        reflect_free(*at);
        *at = copy;
        break;
    }
}

bool member_equal(const ProtobufCMessage *a, const ProtobufCFieldDescriptor *a_field, size_t a_index,
                 const ProtobufCMessage *b, const ProtobufCFieldDescriptor *b_field, size_t b_index)
{
    const uint8_t *a_bytes, *b_bytes;
    size_t a_size, b_size;

    switch (member_kind(a_field)) {
    case MEMBER_SCALAR:
        return member_get(a, a_field, a_index) == member_fit(a_field, member_get(b, b_field, b_index));
    case MEMBER_BYTES:
        a_bytes = member_bytes(a, a_field, a_index, &a_size);
        b_bytes = member_bytes(b, b_field, b_index, &b_size);
        return a_size == b_size && memcmp(a_bytes, b_bytes, a_size) == 0;
    default:
        return reflect_equal(member_message(a, a_field, a_index), member_message(b, b_field, b_index));
    }
}

/* Replaces what the value at `at` points to by a copy. */
static void unshare(const ProtobufCFieldDescriptor *field, void *at)
{
    const ProtobufCBinaryData *bytes = at;
    const char *text;
    const ProtobufCMessage *msg;

    if (is_static(field, at)) {
        return;
    }
    switch (field->type) {
    case PROTOBUF_C_TYPE_BYTES:
        store_bytes(field, at, bytes->data, bytes->data ? bytes->len : 0);
        break;
    case PROTOBUF_C_TYPE_STRING:
        text = *(const char **)at;
        *(char **)at = text ? hs_strdup(text) : NULL;
        break;
    default:
        msg = *(const ProtobufCMessage **)at;
        *(ProtobufCMessage **)at = msg ? reflect_clone(msg) : NULL;
    }
}

void member_unshare(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    uint8_t **array = address(msg, field->offset);
    size_t count = member_repeated(field) || member_in_oneof(field) ? member_count(msg, field) : 1;

    if (member_repeated(field)) {
        *array = count ? hs_copy(*array, count * member_value_size(field)) : NULL;
    }
    if (member_kind(field) != MEMBER_SCALAR) {
        for (size_t i = 0; i < count; i++) {
            unshare(field, slot(msg, field, i));
        }
    }
}

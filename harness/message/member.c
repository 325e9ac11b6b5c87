/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Presence and order of a field's values, in each of the forms that protobuf-c keeps them in. */
#include "harness/message/member.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

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

/* Where value `index` lies. */
static void *slot(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index)
{
    if (!member_repeated(field)) {
        HS_CHECK(index == 0, "%s is singular, index %zu", field->name, index);
        return address(msg, field->offset);
    }
    HS_CHECK(index < *counter(msg, field), "%s has %zu values, index %zu", field->name, *counter(msg, field), index);
    return *(uint8_t **)address(msg, field->offset) + index * cell_size(field);
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
        return cell_is_nonzero(field, address(msg, field->offset));
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
    size_t *count = counter(msg, field), size = cell_size(field);
    uint8_t **array = address(msg, field->offset);

    HS_CHECK(index <= *count, "%s has %zu values, index %zu", field->name, *count, index);
    /* Nothing notes how much room an array has, so ask: growing by one each time would take quadratic time. */
    if (!*array || malloc_usable_size(*array) / size <= *count) {
        *array = hs_resize(*array, *count < 4 ? *count + 1 : *count + *count / 2, size);
    }
    memmove(*array + (index + 1) * size, *array + index * size, (*count - index) * size);
    cell_set_default(field, *array + index * size);
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
            cell_release(live, slot(msg, live, 0));
        }
    } else {
        /* An absent proto3 string may still own an empty one. */
        cell_release(field, slot(msg, field, 0));
    }
    cell_set_default(field, slot(msg, field, 0));
    mark(msg, field, true);
}

static void remove_elements(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index, size_t count)
{
    size_t *total = counter(msg, field), size = cell_size(field);
    uint8_t **array = address(msg, field->offset);

    HS_CHECK(index <= *total && count <= *total - index, "%s has %zu values, not %zu from %zu", field->name, *total,
             count, index);
    for (size_t i = index; i < index + count; i++) {
        cell_release(field, *array + i * size);
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
    cell_release(field, at);
    mark(msg, field, false);
    memset(at, 0, cell_size(field));
    if (field->label == PROTOBUF_C_LABEL_REQUIRED) {
        cell_set_default(field, at);
    } else if (!member_in_oneof(field)) {
        cell_set_absent(field, at);
    }
}

void member_clear(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    member_remove(msg, field, 0, member_count(msg, field));
}

void member_swap(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t a, size_t b)
{
    uint8_t *x = slot(msg, field, a), *y = slot(msg, field, b);

    for (size_t i = 0; i < cell_size(field); i++) {
        uint8_t byte = x[i];

        x[i] = y[i];
        y[i] = byte;
    }
}

void member_move(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t from, size_t to)
{
    uint8_t *source = slot(msg, field, from), *target = slot(msg, field, to);
    uint8_t value[sizeof(ProtobufCBinaryData)];
    size_t size = cell_size(field);

    memcpy(value, source, size);
    if (from < to) {
        memmove(source, source + size, (to - from) * size);
    } else {
        memmove(target + size, target, (from - to) * size);
    }
    memcpy(target, value, size);
}

uint64_t member_get(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index)
{
    HS_CHECK(member_kind(field) == MEMBER_SCALAR, "%s is not a scalar", field->name);
    if (member_in_oneof(field) && member_count(msg, field) == 0) {
        return cell_default(field);
    }
    return cell_number(field, slot(msg, field, index));
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
    cell_set_number(field, make(msg, field, index), value);
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
    memcpy(old, at, cell_size(field));
    cell_set_bytes(field, at, bytes, size);
    cell_release(field, old);
}

ProtobufCMessage *member_message(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index)
{
    HS_CHECK(member_kind(field) == MEMBER_MESSAGE && member_count(msg, field) > index, "%s has no message %zu",
             field->name, index);
    return *(ProtobufCMessage **)slot(msg, field, index);
}

void member_set_message(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index,
                        ProtobufCMessage *value)
{
    ProtobufCMessage **at = make(msg, field, index);

    HS_CHECK(member_kind(field) == MEMBER_MESSAGE, "%s is no message", field->name);
    cell_release(field, at);
    *at = value;
}

bool member_compatible(const ProtobufCFieldDescriptor *to, const ProtobufCFieldDescriptor *from)
{
    /* Types up to this one are integers of some kind. */
    const ProtobufCType last_integer = PROTOBUF_C_TYPE_FIXED64;

    return (to->type == from->type && to->descriptor == from->descriptor) ||
           (to->type <= last_integer && from->type <= last_integer);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and sets the C members that rows describe. */
#include "harness/wire/row.h"

#include <string.h>

bool row_is_conditional(const struct field *field)
{
    return field->present || field->count || field->more || field->tag || field->since;
}

uint64_t row_number(const struct field *field, const void *place)
{
    uint32_t small;
    uint64_t large;

    if (field->size == 4) {
        memcpy(&small, place, sizeof(small));
        return field->is_signed ? (uint64_t)(int64_t)(int32_t)small : small;
    }
    memcpy(&large, place, sizeof(large));
    return large;
}

void row_set_number(const struct field *field, void *place, uint64_t value)
{
    uint32_t small = (uint32_t)value;

    memcpy(place, field->size == 4 ? (void *)&small : (void *)&value, field->size);
}

void *row_member(const struct field *field, const void *message)
{
    return (char *)message + field->value;
}

size_t *row_count(const struct field *field, const void *message)
{
    return (size_t *)((char *)message + field->quantifier);
}

bool row_has(const struct field *field, const void *message)
{
    const char *quantifier = (const char *)message + field->quantifier;

    if (field->repeated) {
        return *(const size_t *)quantifier != 0;
    }
    if (field->tag) {
        return *(const uint32_t *)quantifier == field->tag;
    }
    if (field->kind == FIELD_MESSAGE) {
        return *(ProtobufCMessage *const *)row_member(field, message) != NULL;
    }
    return *(const protobuf_c_boolean *)quantifier;
}

void row_set_has(const struct field *field, void *message, bool has)
{
    *(protobuf_c_boolean *)((char *)message + field->quantifier) = has;
}

size_t row_fixed_size(const struct table *table)
{
    size_t size = 0;

    for (size_t i = 0; i < table->n_fields; i++) {
        const struct field *field = &table->fields[i];
        size_t elements = field->repeated ? field->fixed : 1;
        size_t each = field->kind == FIELD_BYTES     ? field->fixed
                      : field->kind == FIELD_MESSAGE ? row_fixed_size(field->message)
                      : field->kind == FIELD_UINT    ? field->width
                                                     : 0;

        if (row_is_conditional(field) || !each || !elements) {
            return 0;
        }
        size += each * elements;
    }
    return size;
}

struct row_subsection row_subsection_header(const ProtobufCMessageDescriptor *element)
{
    return (struct row_subsection){
        .name_len = protobuf_c_message_descriptor_get_field(element, 1),
        .name = protobuf_c_message_descriptor_get_field(element, 2),
        .version_id = protobuf_c_message_descriptor_get_field(element, 3),
    };
}

uint64_t row_tied_count(const struct field *counter, const void *message)
{
    const struct field *counted = counter + counter->counts;

    if (counted->kind == FIELD_BYTES) {
        const ProtobufCBinaryData *blob = row_member(counted, message);

        return (row_has(counted, message) ? blob->len : 0) / (counter->unit ? counter->unit : 1);
    }
    return *row_count(counted, message);
}

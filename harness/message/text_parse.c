/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reader of the text format; it recurses along the descriptors. */
#include "harness/message/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/message/lexer.h"
#include "harness/message/member.h"
#include "harness/message/reflect.h"

/* The largest number, and the largest behind a minus sign. */
static void integer_limits(const ProtobufCFieldDescriptor *field, uint64_t *most, uint64_t *least)
{
    *least = 0;
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        *most = 1;
        break;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        *most = UINT32_MAX;
        break;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        *most = UINT64_MAX;
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        *most = INT64_MAX;
        *least = *most + 1;
        break;
    default:
        *most = INT32_MAX;
        *least = *most + 1;
    }
}

/* The token as a number for `field`, of which `minus` tells the sign. */
static int token_number(struct lexer *in, const ProtobufCFieldDescriptor *field, bool minus, uint64_t *value)
{
    uint64_t most, least;
    double real = 0;
    float single;
    uint32_t word;

    if (field->type == PROTOBUF_C_TYPE_FLOAT || field->type == PROTOBUF_C_TYPE_DOUBLE) {
        if (lexer_real(in, &real)) {
            return -1;
        }
        real = minus ? -real : real;
        memcpy(value, &real, sizeof(real));
        if (field->type == PROTOBUF_C_TYPE_FLOAT) {
            single = (float)real;
            memcpy(&word, &single, sizeof(word));
            *value = word;
        }
        return 0;
    }
    if (lexer_integer(in, value)) {
        return -1;
    }
    integer_limits(field, &most, &least);
    if (*value > (minus ? least : most)) {
        return lexer_fail(in, in->start, "out of range for %s", field->name);
    }
    *value = minus ? -*value : *value;
    return 0;
}

static int parse_scalar(struct lexer *in, const ProtobufCFieldDescriptor *field, uint64_t *value)
{
    const ProtobufCEnumDescriptor *names = field->descriptor;
    bool minus = lexer_sign(in, '-');

    if (minus && lexer_advance(in)) {
        return -1;
    }
    if (in->token == LEXER_WORD && !minus && field->type == PROTOBUF_C_TYPE_BOOL) {
        *value = lexer_text(in, "true") || lexer_text(in, "True") || lexer_text(in, "t");
        return *value || lexer_text(in, "false") || lexer_text(in, "False") || lexer_text(in, "f")
                   ? lexer_advance(in) : lexer_unexpected(in, "true or false");
    }
    if (in->token == LEXER_WORD && !minus && field->type == PROTOBUF_C_TYPE_ENUM) {
        for (unsigned i = 0; i < names->n_value_names; i++) {
            if (lexer_text(in, names->values_by_name[i].name)) {
                *value = (uint64_t)names->values[names->values_by_name[i].index].value;
                return lexer_advance(in);
            }
        }
        return lexer_unexpected(in, names->short_name);
    }
    return token_number(in, field, minus, value) ? -1 : lexer_advance(in);
}

static int parse_bytes(struct lexer *in, const ProtobufCFieldDescriptor *field, ProtobufCMessage *msg, size_t index)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    int result = -1;

    if (in->token != LEXER_STRING) {
        return lexer_unexpected(in, "a string");
    }
    while (in->token == LEXER_STRING) {
        size_t at = in->start + 1, end = in->at - 1;

        bytes = hs_resize(bytes, size + (end - at), 1);
        while (at < end) {
            uint8_t byte = (uint8_t)in->text[at++];

            if (byte == '\\' && lexer_unescape(in, &at, &byte)) {
                goto out;
            }
            if (byte == 0 && field->type == PROTOBUF_C_TYPE_STRING) {
                lexer_fail(in, at - 1, "%s: a string cannot hold a zero byte", field->name);
                goto out;
            }
            bytes[size++] = byte;
        }
        if (lexer_advance(in)) {
            goto out;
        }
    }
    member_set_bytes(msg, field, index, bytes, size);
    result = 0;
out:
    free(bytes);
    return result;
}

static int parse_fields(struct lexer *in, ProtobufCMessage *msg, char close, unsigned depth);

static int parse_message(struct lexer *in, ProtobufCMessage *msg, unsigned depth)
{
    char close = lexer_sign(in, '{') ? '}' : '>';

    if (!lexer_sign(in, '{') && !lexer_sign(in, '<')) {
        return lexer_unexpected(in, "{");
    }
    if (depth > REFLECT_MAX_DEPTH) {
        return lexer_fail(in, in->start, "messages nested more than %d deep", REFLECT_MAX_DEPTH);
    }
    return lexer_advance(in) || parse_fields(in, msg, close, depth) || lexer_advance(in) ? -1 : 0;
}

/* One value of `field`, at the end of a repeated one. */
static int parse_value(struct lexer *in, ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, unsigned depth)
{
    size_t index = member_repeated(field) ? member_count(msg, field) : 0;
    size_t size = cell_size(field);
    uint64_t value = 0;

    if (member_kind(field) == MEMBER_MESSAGE) {
        size += ((const ProtobufCMessageDescriptor *)field->descriptor)->sizeof_message;
    }
    if (size > in->budget) {
        return lexer_fail(in, in->start, "the message takes too much memory");
    }
    in->budget -= size;
    if (member_kind(field) == MEMBER_SCALAR && parse_scalar(in, field, &value)) {
        return -1;
    }
    if (member_repeated(field) || member_count(msg, field) == 0) {
        member_insert(msg, field, index);
    }
    switch (member_kind(field)) {
    case MEMBER_SCALAR:
        member_set(msg, field, index, value);
        return 0;
    case MEMBER_BYTES:
        return parse_bytes(in, field, msg, index);
    default:
        return parse_message(in, member_message(msg, field, index), depth + 1);
    }
}

/* The values of `field`: one, or a list in brackets. */
static int parse_values(struct lexer *in, ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field,
                        unsigned depth)
{
    if (!lexer_sign(in, '[')) {
        return parse_value(in, msg, field, depth);
    }
    if (!member_repeated(field)) {
        return lexer_unexpected(in, "a single value");
    }
    if (lexer_advance(in)) {
        return -1;
    }
    if (lexer_sign(in, ']')) {
        return lexer_advance(in);
    }
    while (!parse_value(in, msg, field, depth)) {
        if (lexer_sign(in, ']')) {
            return lexer_advance(in);
        }
        if (!lexer_sign(in, ',')) {
            return lexer_unexpected(in, ", or ]");
        }
        if (lexer_advance(in)) {
            break;
        }
    }
    return -1;
}

static int parse_field(struct lexer *in, ProtobufCMessage *msg, bool *seen, unsigned depth)
{
    const ProtobufCFieldDescriptor *field, *live;
    size_t start = in->start;

    if (in->token != LEXER_WORD) {
        return lexer_unexpected(in, "a field's name");
    }
    field = member_find(msg->descriptor, in->text + in->start, in->at - in->start);
    if (!field) {
        return lexer_fail(in, start, "%s has no field %.*s", msg->descriptor->short_name,
                    (int)(in->at - in->start < 64 ? in->at - in->start : 64), in->text + in->start);
    }
    live = member_in_oneof(field) ? member_live(msg, field) : NULL;
    if (live && live != field) {
        return lexer_fail(in, start, "%s is given, and %s, of the same oneof", live->name, field->name);
    }
    if (seen[field - msg->descriptor->fields] && !member_repeated(field)) {
        return lexer_fail(in, start, "%s is given twice", field->name);
    }
    seen[field - msg->descriptor->fields] = true;
    if (lexer_advance(in)) {
        return -1;
    }
    if (lexer_sign(in, ':')) {
        if (lexer_advance(in)) {
            return -1;
        }
    } else if (member_kind(field) != MEMBER_MESSAGE) {
        return lexer_unexpected(in, ":");
    }
    if (parse_values(in, msg, field, depth)) {
        return -1;
    }
    return lexer_sign(in, ',') || lexer_sign(in, ';') ? lexer_advance(in) : 0;
}

/* Fields up to the token `close` (0: the end of the text), which stays the current one. */
static int parse_fields(struct lexer *in, ProtobufCMessage *msg, char close, unsigned depth)
{
    const ProtobufCMessageDescriptor *type = msg->descriptor;
    bool *seen = hs_alloc(type->n_fields);
    int result = 0;

    while (!result && !(close ? lexer_sign(in, close) : in->token == LEXER_END)) {
        result = parse_field(in, msg, seen, depth);
    }
    for (unsigned f = 0; f < type->n_fields && !result; f++) {
        if (type->fields[f].label == PROTOBUF_C_LABEL_REQUIRED && !seen[f]) {
            result = lexer_fail(in, in->start, "%s lacks its %s", type->short_name, type->fields[f].name);
        }
    }
    free(seen);
    return result;
}

ProtobufCMessage *text_parse(const ProtobufCMessageDescriptor *type, const char *text, size_t size,
                             struct hs_error *err)
{
    struct lexer in = { .text = text, .size = size, .budget = REFLECT_MAX_BYTES, .err = err };
    ProtobufCMessage *msg;

    if (size > REFLECT_MAX_INPUT) {
        hs_fail(err, HS_NO_OFFSET, "%zu characters of text, more than %zu", size, REFLECT_MAX_INPUT);
        return NULL;
    }
    msg = reflect_new(type);
    if (lexer_advance(&in) || parse_fields(&in, msg, 0, 0)) {
        reflect_free(msg);
        return NULL;
    }
    return msg;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writer of the text format, in protoc's form and in a shorter one; it recurses along the descriptors. */
#include "harness/message/text.h"

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/message/member.h"

enum {
    COLUMNS = 120, /* of a line in brief text */
    TAB = 2,
};

struct writer {
    char *text;
    size_t size;
    size_t room;
    bool brief;
};

static void put(struct writer *out, const char *bytes, size_t size)
{
    if (out->room - out->size <= size) {
        out->room = 2 * out->room + size + 1;
        out->text = hs_resize(out->text, out->room, 1);
    }
    memcpy(out->text + out->size, bytes, size);
    out->size += size;
    out->text[out->size] = 0;
}

/* Between the quotes that need fewer escapes, where the text may be unlike protoc's. */
static void put_escaped(struct writer *out, const uint8_t *bytes, size_t size)
{
    static const char plain[] = "\n\r\t\"'\\", letters[] = "nrt\"'\\";
    bool single = out->brief && size && memchr(bytes, '"', size) && !memchr(bytes, '\'', size);
    const char *quote = single ? "'" : "\"";
    char octal[8];

    put(out, quote, 1);
    for (size_t i = 0; i < size; i++) {
        const char *found = bytes[i] ? strchr(plain, bytes[i]) : NULL;

        if (found && !(single && *found == '"')) {
            char escape[] = { '\\', letters[found - plain] };

            put(out, escape, sizeof(escape));
        } else if (bytes[i] < 0x20 || bytes[i] > 0x7e) {
            snprintf(octal, sizeof(octal), "\\%03o", bytes[i]);
            put(out, octal, 4);
        } else {
            put(out, (const char *)&bytes[i], 1);
        }
    }
    put(out, quote, 1);
}

/* As few digits as read back to the same number, in protoc's two lengths; protoc gives denormal floats all of them. */
static void print_real(char *text, size_t size, double value, bool single)
{
    bool same;

    if (isnan(value)) {
        snprintf(text, size, "nan");
        return;
    }
    snprintf(text, size, "%.*g", single ? FLT_DIG : DBL_DIG, value);
    errno = 0;
    same = single ? strtof(text, NULL) == (float)value && errno == 0 : strtod(text, NULL) == value;
    if (!same) {
        snprintf(text, size, "%.*g", single ? FLT_DIG + 3 : DBL_DIG + 2, value);
    }
}

const char *text_scalar(const ProtobufCFieldDescriptor *field, uint64_t value, char buffer[TEXT_SCALAR_SIZE])
{
    const ProtobufCEnumValue *name = NULL;
    uint32_t word = (uint32_t)value;
    double real;
    float single;

    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        return value ? "true" : "false";
    case PROTOBUF_C_TYPE_FLOAT:
        memcpy(&single, &word, sizeof(single));
        print_real(buffer, TEXT_SCALAR_SIZE, (double)single, true);
        return buffer;
    case PROTOBUF_C_TYPE_DOUBLE:
        memcpy(&real, &value, sizeof(real));
        print_real(buffer, TEXT_SCALAR_SIZE, real, false);
        return buffer;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        snprintf(buffer, TEXT_SCALAR_SIZE, "%" PRIu64, value);
        return buffer;
    case PROTOBUF_C_TYPE_ENUM:
        name = protobuf_c_enum_descriptor_get_value(field->descriptor, (int)value);
        break;
    default:
        break;
    }
    snprintf(buffer, TEXT_SCALAR_SIZE, "%" PRId64, (int64_t)value);
    return name ? name->name : buffer;
}

static void put_indent(struct writer *out, unsigned depth)
{
    for (unsigned level = 0; level < depth; level++) {
        put(out, "  ", TAB);
    }
}

/* A scalar or bytes, without its name. */
static void put_leaf(struct writer *out, const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t i)
{
    char buffer[TEXT_SCALAR_SIZE];
    const uint8_t *bytes;
    const char *value;
    size_t size;

    if (member_kind(field) == MEMBER_SCALAR) {
        value = text_scalar(field, member_get(msg, field, i), buffer);
        put(out, value, strlen(value));
    } else {
        bytes = member_bytes(msg, field, i, &size);
        put_escaped(out, bytes, size);
    }
}

static bool is_list(const struct writer *out, const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    return out->brief && member_repeated(field) && member_kind(field) == MEMBER_SCALAR && member_count(msg, field) > 1;
}

/* All scalars of a field between brackets; broken into lines of COLUMNS unless `depth` is ONE_LINE. */
#define ONE_LINE UINT_MAX
static void put_list(struct writer *out, const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field,
                     unsigned depth)
{
    size_t count = member_count(msg, field), start = out->size - (depth == ONE_LINE ? 0 : depth * TAB);

    put(out, field->name, strlen(field->name));
    put(out, ": [", 3);
    for (size_t i = 0; i < count; i++) {
        put_leaf(out, msg, field, i);
        put(out, i + 1 < count ? "," : "]", 1);
        if (i + 1 < count && depth != ONE_LINE && out->size - start + TEXT_SCALAR_SIZE > COLUMNS) {
            put(out, "\n", 1);
            start = out->size;
            put_indent(out, depth + 1);
        } else if (i + 1 < count) {
            put(out, " ", 1);
        }
    }
}

static bool is_flat(const ProtobufCMessage *msg)
{
    for (unsigned f = 0; f < msg->descriptor->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &msg->descriptor->fields[f];
        size_t count = member_count(msg, field);

        if (count > COLUMNS / 2 || (count && member_kind(field) == MEMBER_MESSAGE)) {
            return false;
        }
    }
    return true;
}

/* A message without messages as "{ a: 1 b: 2 }", if that fits behind `column` characters; else nothing. */
static bool put_flat(struct writer *out, const ProtobufCMessage *msg, size_t column)
{
    size_t before = out->size;

    if (!out->brief || !is_flat(msg)) {
        return false;
    }
    put(out, " { ", 3);
    for (unsigned f = 0; f < msg->descriptor->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &msg->descriptor->fields[f];
        size_t count = member_count(msg, field);

        if (is_list(out, msg, field)) {
            put_list(out, msg, field, ONE_LINE);
            put(out, " ", 1);
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            put(out, field->name, strlen(field->name));
            put(out, ": ", 2);
            put_leaf(out, msg, field, i);
            put(out, " ", 1);
        }
    }
    put(out, "}", 1);
    if (column + (out->size - before) > COLUMNS) {
        out->size = before;
        return false;
    }
    return true;
}

static void put_message(struct writer *out, const ProtobufCMessage *msg, unsigned depth);

static void put_value(struct writer *out, const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t i,
                      unsigned depth)
{
    put(out, field->name, strlen(field->name));
    if (member_kind(field) != MEMBER_MESSAGE) {
        put(out, ": ", 2);
        put_leaf(out, msg, field, i);
    } else if (!put_flat(out, member_message(msg, field, i), depth * TAB + strlen(field->name))) {
        put(out, " {\n", 3);
        put_message(out, member_message(msg, field, i), depth + 1);
        put_indent(out, depth);
        put(out, "}", 1);
    }
}

static void put_message(struct writer *out, const ProtobufCMessage *msg, unsigned depth)
{
    for (unsigned f = 0; f < msg->descriptor->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &msg->descriptor->fields[f];
        bool list = is_list(out, msg, field);

        for (size_t i = 0; i < (list ? 1 : member_count(msg, field)); i++) {
            put_indent(out, depth);
            if (list) {
                put_list(out, msg, field, depth);
            } else {
                put_value(out, msg, field, i, depth);
            }
            put(out, "\n", 1);
        }
    }
}

static char *print(const ProtobufCMessage *msg, bool brief)
{
    struct writer out = { .brief = brief };

    put(&out, "", 0);
    put_message(&out, msg, 0);
    return out.text;
}

char *text_print(const ProtobufCMessage *msg)
{
    return print(msg, false);
}

char *text_print_brief(const ProtobufCMessage *msg)
{
    return print(msg, true);
}

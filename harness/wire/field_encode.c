/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables walked from message to bytes, naming each place; field_decode.c mirrors it. */
#include "harness/wire/field_encode.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/wire/field_decode.h"
#include "harness/wire/row.h"

/* Paths are built for each byte that a map names: printf would be most of its time. */
static void append_text(struct field_encoder *encoder, const char *text, size_t length)
{
    size_t room = sizeof(encoder->path) - 1 - encoder->path_length;
    size_t n = length < room ? length : room;

    memcpy(encoder->path + encoder->path_length, text, n);
    encoder->path_length += n;
    encoder->path[encoder->path_length] = 0;
}

size_t field_path_push(struct field_encoder *encoder, const char *name)
{
    size_t length = encoder->path_length;

    if (encoder->visit) {
        if (length && *name) {
            append_text(encoder, ".", 1);
        }
        append_text(encoder, name, strlen(name));
    }
    return length;
}

void field_path_index(struct field_encoder *encoder, size_t index)
{
    char digits[24];
    size_t at = sizeof(digits);

    if (!encoder->visit) {
        return;
    }
    digits[--at] = ']';
    do {
        digits[--at] = (char)('0' + index % 10);
    } while ((index /= 10) != 0);
    digits[--at] = '[';
    append_text(encoder, digits + at, sizeof(digits) - at);
}

void field_path_pop(struct field_encoder *encoder, size_t length)
{
    encoder->path_length = length;
    encoder->path[length] = 0;
}

void field_visit(struct field_encoder *encoder, const char *name, size_t offset, const struct field *field,
                 uint64_t value)
{
    struct field_place place = {
        .path = encoder->path, .section = encoder->section, .section_path = encoder->section_path, .offset = offset,
        .size = encoder->out->size - offset, .part = encoder->part, .field = field, .value = value,
        .context = encoder->context,
    };
    size_t length;

    if (encoder->visit && place.size) {
        length = field_path_push(encoder, name);
        encoder->visit(encoder->user, &place);
        field_path_pop(encoder, length);
    }
}

/* The same for bytes that are something else than what is around them. */
static void visit_as(struct field_encoder *encoder, enum field_part part, const char *name, size_t offset,
                     const struct field *field, uint64_t value)
{
    enum field_part around = encoder->part;

    encoder->part = part;
    field_visit(encoder, name, offset, field, value);
    encoder->part = around;
}

/* Whoever wants to know of one place needs nothing of what follows it. */
static bool is_enough(const struct field_encoder *encoder)
{
    return encoder->enough && encoder->out->size >= encoder->enough;
}

static void write_number(struct field_encoder *encoder, const struct field *field, uint64_t value)
{
    if (field->little) {
        builder_put_le(encoder->out, field->width, value);
    } else {
        builder_put_be(encoder->out, field->width, value);
    }
}

static void encode_number(struct field_encoder *encoder, const struct field *field, const void *message)
{
    size_t offset = encoder->out->size;
    uint64_t value = field->initial;

    if (row_has(field, message)) {
        value = row_number(field, row_member(field, message));
    } else if (field->kind == FIELD_COUNT) {
        value = row_tied_count(field, message);
    }
    write_number(encoder, field, value);
    field_visit(encoder, field->name, offset, field, value);
}

static void encode_numbers(struct field_encoder *encoder, const struct field *field, const void *message)
{
    size_t held = *row_count(field, message);
    size_t n = field->fixed ? field->fixed : held;
    const char *array = *(char *const *)row_member(field, message);
    struct field_context outer = encoder->context;

    encoder->context.array = field;
    for (size_t i = 0; i < n && !is_enough(encoder); i++) {
        uint64_t value = i < held ? row_number(field, array + i * field->size) : 0;
        size_t offset = encoder->out->size;
        size_t length = encoder->path_length;

        write_number(encoder, field, value);
        if (encoder->visit) {
            encoder->context.index = i;
            field_path_push(encoder, field->name);
            field_path_index(encoder, i);
            field_visit(encoder, "", offset, field, value);
            field_path_pop(encoder, length);
        }
    }
    encoder->context = outer;
}

static void encode_bytes(struct field_encoder *encoder, const struct field *field, const void *message)
{
    const ProtobufCBinaryData *blob = row_member(field, message);
    size_t held = row_has(field, message) ? blob->len : 0;
    size_t offset = encoder->out->size;

    if (field->fixed) {
        held = held < field->fixed ? held : field->fixed;
    }
    builder_put(encoder->out, blob->data, held);
    if (field->fixed) {
        builder_put_zeros(encoder->out, field->fixed - held);
    }
    visit_as(encoder, field->count == field_rest ? FIELD_PART_UNNAMED : encoder->part, field->name, offset, field, 0);
}

static void encode_element(struct field_encoder *encoder, const struct field *field, size_t i,
                           const ProtobufCMessage *element)
{
    size_t length = field_path_push(encoder, field->name);
    struct field_context outer = encoder->context;

    encoder->context.array = field;
    encoder->context.index = i;
    field_path_index(encoder, i);
    field_encode(encoder, field->message, element);
    field_path_pop(encoder, length);
    encoder->context = outer;
}

static void encode_messages(struct field_encoder *encoder, const struct field *field, const void *message)
{
    size_t held = *row_count(field, message);
    size_t n = field->fixed ? field->fixed : held;
    ProtobufCMessage *const *array = *(ProtobufCMessage *const *const *)row_member(field, message);
    ProtobufCMessage *zero = NULL;

    for (size_t i = 0; i < n && !is_enough(encoder); i++) {
        if (i >= held && !encoder->visit && row_fixed_size(field->message)) {
            builder_put_zeros(encoder->out, (n - i) * row_fixed_size(field->message));
            break;
        }
        if (i >= held && !zero) {
            zero = hs_alloc(field->message->descriptor->sizeof_message);
            field->message->descriptor->message_init(zero);
        }
        encode_element(encoder, field, i, i < held ? array[i] : zero);
    }
    free(zero);
}

static void encode_message(struct field_encoder *encoder, const struct field *field, const void *message)
{
    ProtobufCMessage *value = row_has(field, message) ? *(ProtobufCMessage **)row_member(field, message) : NULL;
    ProtobufCMessage *zero = NULL;
    size_t length;

    if (!value) {
        if (row_is_conditional(field)) {
            return;
        }
        zero = value = hs_alloc(field->message->descriptor->sizeof_message);
        field->message->descriptor->message_init(zero);
    }
    length = field_path_push(encoder, field->name);
    field_encode(encoder, field->message, value);
    field_path_pop(encoder, length);
    free(zero);
}

const struct field field_subsection_header[4] = {
    { .name = "mark", .kind = FIELD_UINT, .width = 1 },
    { .name = "name_len", .kind = FIELD_UINT, .width = 1 },
    { .name = "name", .kind = FIELD_BYTES },
    { .name = "version_id", .kind = FIELD_UINT, .width = 4 },
};

/* The body that a subsection's message holds, and its table, or NULL where it is kept as bytes. */
static const ProtobufCFieldDescriptor *find_body(const struct subsection_set *set, const ProtobufCMessage *element,
                                                 const struct table **table)
{
    *table = NULL;
    for (unsigned i = 0; i < set->element->n_fields; i++) {
        const ProtobufCFieldDescriptor *body = &set->element->fields[i];

        if (!(body->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) ||
            *(const uint32_t *)((const char *)element + body->quantifier_offset) != body->id) {
            continue;
        }
        for (int k = 0; set->known[k].name; k++) {
            *table = set->known[k].tag == body->id ? set->known[k].body : *table;
        }
        return body;
    }
    return NULL;
}

static void encode_subsection_body(struct field_encoder *encoder, const ProtobufCFieldDescriptor *body,
                                   const struct table *table, const ProtobufCMessage *element)
{
    const char *value = (const char *)element + body->offset;
    size_t offset = encoder->out->size, length;

    if (body->type == PROTOBUF_C_TYPE_BYTES) {
        const ProtobufCBinaryData *blob = (const void *)value;

        builder_put(encoder->out, blob->data, blob->len);
        field_visit(encoder, body->name, offset, NULL, 0);
    } else if (table) {
        length = field_path_push(encoder, body->name);
        field_encode(encoder, table, *(ProtobufCMessage *const *)(const void *)value);
        field_path_pop(encoder, length);
    }
}

static void visit_header(struct field_encoder *encoder, int row, size_t offset, uint64_t value)
{
    visit_as(encoder, FIELD_PART_SUBSECTION_HEADER, field_subsection_header[row].name, offset,
             &field_subsection_header[row], value);
}

static void encode_subsection(struct field_encoder *encoder, const struct subsection_set *set,
                              const ProtobufCMessage *element)
{
    struct row_subsection header = row_subsection_header(set->element);
    const char *base = (const char *)element;
    const ProtobufCBinaryData *name = (const void *)(base + header.name->offset);
    bool has_name = *(const protobuf_c_boolean *)(base + header.name->quantifier_offset);
    bool has_len = *(const protobuf_c_boolean *)(base + header.name_len->quantifier_offset);
    size_t length = has_name ? name->len : 0;
    size_t offset = encoder->out->size;
    uint64_t value = has_len ? *(const uint32_t *)(base + header.name_len->offset) : length;
    struct field_context outer = encoder->context;
    const ProtobufCFieldDescriptor *body = find_body(set, element, &encoder->context.subsection);

    builder_put_be(encoder->out, 1, SUBSECTION_MARK);
    visit_header(encoder, 0, offset, SUBSECTION_MARK);
    builder_put_be(encoder->out, 1, value);
    visit_header(encoder, 1, offset + 1, value);
    builder_put(encoder->out, name->data, length);
    visit_header(encoder, 2, offset + 2, 0);
    offset = encoder->out->size;
    value = *(const uint32_t *)(base + header.version_id->offset);
    builder_put_be(encoder->out, 4, value);
    visit_header(encoder, 3, offset, value);
    if (body) {
        encode_subsection_body(encoder, body, encoder->context.subsection, element);
    }
    encoder->context = outer;
}

/* A subsection goes by its name: which number it has depends on those before it. */
static void push_subsection(struct field_encoder *encoder, const ProtobufCMessage *element, size_t i)
{
    const ProtobufCFieldDescriptor *field = row_subsection_header(element->descriptor).name;
    const ProtobufCBinaryData *name = (const void *)((const char *)element + field->offset);
    size_t printable = 0;

    while (printable < name->len && name->data[printable] > 0x20 && name->data[printable] < 0x7f &&
           !strchr("[]\"\\", name->data[printable])) {
        printable++;
    }
    if (printable && printable == name->len && printable < 64) {
        append_text(encoder, "[", 1);
        append_text(encoder, (const char *)name->data, name->len);
        append_text(encoder, "]", 1);
    } else {
        field_path_index(encoder, i);
    }
}

static void encode_subsections(struct field_encoder *encoder, const struct field *field, const void *message)
{
    size_t n = *row_count(field, message);
    ProtobufCMessage *const *array = *(ProtobufCMessage *const *const *)row_member(field, message);

    for (size_t i = 0; i < n; i++) {
        size_t length = field_path_push(encoder, field->name);

        if (encoder->visit) {
            push_subsection(encoder, array[i], i);
        }
        encode_subsection(encoder, field->subsections, array[i]);
        field_path_pop(encoder, length);
    }
}

static bool is_left_out(const struct field *field, const void *message)
{
    if (!row_is_conditional(field) || field->repeated || row_has(field, message)) {
        return false;
    }
    /* A tied count is there with what it counts. */
    return field->kind != FIELD_COUNT || !row_has(field + field->counts, message);
}

void field_encode(struct field_encoder *encoder, const struct table *table, const ProtobufCMessage *message)
{
    HS_CHECK(message->descriptor == table->descriptor, "%s given, %s wanted", message->descriptor->name,
             table->descriptor->name);
    for (size_t i = 0; i < table->n_fields && !is_enough(encoder); i++) {
        const struct field *field = &table->fields[i];

        if (is_left_out(field, message)) {
            continue;
        }
        switch (field->kind) {
        case FIELD_UINT:
            (field->repeated ? encode_numbers : encode_number)(encoder, field, message);
            break;
        case FIELD_COUNT:
            encode_number(encoder, field, message);
            break;
        case FIELD_BYTES:
            encode_bytes(encoder, field, message);
            break;
        case FIELD_MESSAGE:
            (field->repeated ? encode_messages : encode_message)(encoder, field, message);
            break;
        case FIELD_SUBSECTIONS:
            encode_subsections(encoder, field, message);
            break;
        }
    }
}

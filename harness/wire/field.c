/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/wire/field.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

#define SUBSECTION_MARK 0x05

static bool is_conditional(const struct field *field)
{
    return field->present || field->count || field->more || field->tag;
}

/* Access to the C member of a row. */

static uint64_t number_at(const struct field *field, const void *place)
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

static void set_number_at(const struct field *field, void *place, uint64_t value)
{
    uint32_t small = (uint32_t)value;

    memcpy(place, field->size == 4 ? (void *)&small : (void *)&value, field->size);
}

static void *member(const struct field *field, const void *message)
{
    return (char *)message + field->value;
}

static size_t *element_count(const struct field *field, const void *message)
{
    return (size_t *)((char *)message + field->quantifier);
}

static bool has_value(const struct field *field, const void *message)
{
    const char *quantifier = (const char *)message + field->quantifier;

    if (field->repeated) {
        return *(const size_t *)quantifier != 0;
    }
    if (field->tag) {
        return *(const uint32_t *)quantifier == field->tag;
    }
    if (field->kind == FIELD_MESSAGE) {
        return *(ProtobufCMessage *const *)member(field, message) != NULL;
    }
    return *(const protobuf_c_boolean *)quantifier;
}

static void set_has_value(const struct field *field, void *message, bool has)
{
    *(protobuf_c_boolean *)((char *)message + field->quantifier) = has;
}

/* Decode. */

static int short_of(struct field_decoder *decoder, const struct field *field, uint64_t wanted)
{
    return hs_fail(decoder->err, decoder->in.at, "%s: %llu bytes wanted, %zu left", field->name,
                   (unsigned long long)wanted, bytes_left(&decoder->in));
}

static int read_number(struct field_decoder *decoder, const struct field *field, uint64_t *value)
{
    bool enough = field->little ? bytes_get_le(&decoder->in, field->width, value)
                                : bytes_get_be(&decoder->in, field->width, value);

    return enough ? 0 : short_of(decoder, field, field->width);
}

static int decode_number(struct field_decoder *decoder, const struct field *field, void *message)
{
    uint64_t value;

    if (read_number(decoder, field, &value) < 0) {
        return -1;
    }
    if (field->kind == FIELD_COUNT || is_conditional(field) || value != field->initial) {
        set_number_at(field, member(field, message), value);
        set_has_value(field, message, true);
    }
    return 0;
}

/* How many elements or bytes of this row are on the wire; -1 when that is more than can be. */
static int wire_count(struct field_decoder *decoder, const struct field *field, const void *message,
                      const struct field *counter, uint64_t unit, uint64_t *n)
{
    if (counter) {
        uint64_t counted = number_at(counter, member(counter, message));

        /* A negative count is no elements: QEMU's loops run on a signed counter. */
        *n = counter->is_signed && (int64_t)counted < 0 ? 0 : counted;
    } else if (field->count) {
        *n = field->count(decoder, message);
    } else {
        *n = field->fixed;
    }
    if (*n > bytes_left(&decoder->in) / unit) {
        return short_of(decoder, field, *n * unit);
    }
    return 0;
}

static int decode_numbers(struct field_decoder *decoder, const struct field *field, void *message,
                          const struct field *counter)
{
    uint64_t n, value;
    size_t kept = 0;
    char *array;

    if (wire_count(decoder, field, message, counter, field->width, &n) < 0) {
        return -1;
    }
    array = n ? hs_resize(NULL, n, field->size) : NULL;
    *(void **)member(field, message) = array;
    for (size_t i = 0; i < n; i++) {
        read_number(decoder, field, &value);
        set_number_at(field, array + i * field->size, value);
        kept = value || !field->fixed ? i + 1 : kept;
    }
    *element_count(field, message) = kept;
    return 0;
}

static int decode_bytes(struct field_decoder *decoder, const struct field *field, void *message,
                        const struct field *counter)
{
    ProtobufCBinaryData *blob = member(field, message);
    uint64_t n, unit = counter && counter->unit ? counter->unit : 1;
    const uint8_t *data;

    if (wire_count(decoder, field, message, counter, unit, &n) < 0) {
        return -1;
    }
    n *= unit;
    HS_CHECK(bytes_get(&decoder->in, n, &data), "%s: %zu bytes were counted", field->name, (size_t)n);
    while (field->fixed && n && data[n - 1] == 0) {
        n--;
    }
    if (n || is_conditional(field)) {
        blob->len = n;
        blob->data = hs_copy(data, n);
        set_has_value(field, message, true);
    }
    return 0;
}

static void append_message(const struct field *field, void *message, ProtobufCMessage *element)
{
    size_t *n = element_count(field, message);
    ProtobufCMessage ***array = member(field, message);

    /* Doubling, so that 1024 elements cost ten moves. */
    if ((*n & (*n - 1)) == 0) {
        *array = hs_resize(*array, *n ? *n * 2 : 1, sizeof(**array));
    }
    (*array)[(*n)++] = element;
}

static bool more_elements(struct field_decoder *decoder, const struct field *field, const void *message,
                          uint64_t n, size_t i)
{
    return field->more ? field->more(decoder, message, i) : i < n;
}

/* The bytes of a message that always has the same number; 0 for others. */
static size_t fixed_size(const struct table *table)
{
    size_t size = 0;

    for (size_t i = 0; i < table->n_fields; i++) {
        const struct field *field = &table->fields[i];
        size_t elements = field->repeated ? field->fixed : 1;
        size_t each = field->kind == FIELD_BYTES     ? field->fixed
                      : field->kind == FIELD_MESSAGE ? fixed_size(field->message)
                      : field->kind == FIELD_UINT    ? field->width
                                                     : 0;

        if (is_conditional(field) || !each || !elements) {
            return 0;
        }
        size += each * elements;
    }
    return size;
}

/* Of an array with a fixed length, the elements up to the last that is not zero: the rest is left out at once. */
static int trim_array(struct field_decoder *decoder, const struct field *field, uint64_t *n, uint64_t *skipped)
{
    size_t each = field->fixed ? fixed_size(field->message) : 0;
    const uint8_t *data = decoder->in.data + decoder->in.at;
    uint64_t all = *n;

    if (!each) {
        return 0;
    }
    if (bytes_left(&decoder->in) / each < all) {
        return short_of(decoder, field, all * each);
    }
    while (*n && bytes_are_zero(data + (*n - 1) * each, each)) {
        --*n;
    }
    *skipped = (all - *n) * each;
    return 0;
}

static int decode_messages(struct field_decoder *decoder, const struct field *field, void *message,
                           const struct field *counter)
{
    uint64_t n = 0, skipped = 0;
    size_t kept = 0, *count = element_count(field, message);
    ProtobufCMessage **array;

    if (!field->more && (wire_count(decoder, field, message, counter, 1, &n) < 0 ||
                         trim_array(decoder, field, &n, &skipped) < 0)) {
        return -1;
    }
    for (size_t i = 0; more_elements(decoder, field, message, n, i); i++) {
        size_t start = decoder->in.at;
        ProtobufCMessage *element = field_decode(decoder, field->message);

        if (!element) {
            return hs_fail_in(decoder->err, "%s[%zu]", field->name, i);
        }
        append_message(field, message, element);
        if (decoder->in.at == start) {
            return hs_fail(decoder->err, start, "%s: elements of no size", field->name);
        }
        kept = !field->fixed || !bytes_are_zero(decoder->in.data + start, decoder->in.at - start) ? i + 1 : kept;
    }
    decoder->in.at += skipped;
    array = *(ProtobufCMessage ***)member(field, message);
    while (*count > kept) {
        protobuf_c_message_free_unpacked(array[--*count], NULL);
    }
    if (!*count) {
        free(array);
        *(void **)member(field, message) = NULL;
    }
    return 0;
}

static int decode_message(struct field_decoder *decoder, const struct field *field, void *message)
{
    ProtobufCMessage *value = hs_alloc(field->message->descriptor->sizeof_message);

    field->message->descriptor->message_init(value);
    *(ProtobufCMessage **)member(field, message) = value;
    if (field->tag) {
        memcpy((char *)message + field->quantifier, &field->tag, sizeof(field->tag));
    }
    if (field_decode_into(decoder, field->message, value) < 0) {
        return hs_fail_in(decoder->err, "%s", field->name);
    }
    return 0;
}

/* Which subsection of the set starts at the cursor: its index, -1 for none, -2 for one that nobody knows. */
static int probe_subsection(const struct bytes *in, const struct subsection_set *set)
{
    size_t prefix = strlen(set->vmstate);
    int n = bytes_peek(in, 1);
    const char *name;

    if (bytes_peek(in, 0) != SUBSECTION_MARK || n < (int)prefix + 1 || bytes_left(in) < 2 + (size_t)n) {
        return -1;
    }
    name = (const char *)in->data + in->at + 2;
    if (memcmp(name, set->vmstate, prefix) != 0) {
        return -1;
    }
    for (int i = 0; set->known[i].name; i++) {
        if (strlen(set->known[i].name) == (size_t)n && memcmp(name, set->known[i].name, (size_t)n) == 0) {
            return i;
        }
    }
    return -2;
}

/* The header of every subsection message: the same three fields in each. */
struct subsection_fields {
    const ProtobufCFieldDescriptor *name_len, *name, *version_id;
};

static struct subsection_fields header_of(const ProtobufCMessageDescriptor *element)
{
    return (struct subsection_fields){
        .name_len = protobuf_c_message_descriptor_get_field(element, 1),
        .name = protobuf_c_message_descriptor_get_field(element, 2),
        .version_id = protobuf_c_message_descriptor_get_field(element, 3),
    };
}

static int decode_subsection(struct field_decoder *decoder, const struct subsection_set *set, int which,
                             ProtobufCMessage *element)
{
    struct subsection_fields header = header_of(set->element);
    const ProtobufCFieldDescriptor *body = protobuf_c_message_descriptor_get_field(set->element, set->known[which].tag);
    ProtobufCBinaryData *name = (void *)((char *)element + header.name->offset);
    ProtobufCMessage *value;
    uint64_t version;

    name->len = strlen(set->known[which].name);
    name->data = hs_copy(set->known[which].name, name->len);
    *(protobuf_c_boolean *)((char *)element + header.name->quantifier_offset) = true;
    decoder->in.at += 2 + name->len;
    if (!bytes_get_be(&decoder->in, 4, &version)) {
        return hs_fail(decoder->err, decoder->in.at, "subsection %s: no version_id", set->known[which].name);
    }
    *(uint32_t *)((char *)element + header.version_id->offset) = (uint32_t)version;
    *(protobuf_c_boolean *)((char *)element + header.version_id->quantifier_offset) = true;
    value = field_decode(decoder, set->known[which].body);
    if (!value) {
        return hs_fail_in(decoder->err, "subsection %s", set->known[which].name);
    }
    *(ProtobufCMessage **)((char *)element + body->offset) = value;
    memcpy((char *)element + body->quantifier_offset, &body->id, sizeof(body->id));
    return 0;
}

static int decode_subsections(struct field_decoder *decoder, const struct field *field, void *message)
{
    const struct subsection_set *set = field->subsections;
    int which;

    while ((which = probe_subsection(&decoder->in, set)) >= 0) {
        ProtobufCMessage *element = hs_alloc(set->element->sizeof_message);

        set->element->message_init(element);
        append_message(field, message, element);
        if (decode_subsection(decoder, set, which, element) < 0) {
            return -1;
        }
    }
    if (which == -2) {
        return hs_fail(decoder->err, decoder->in.at, "subsection %.*s of %s is not known",
                       bytes_peek(&decoder->in, 1), (const char *)decoder->in.data + decoder->in.at + 2,
                       set->vmstate);
    }
    return 0;
}

static int decode_row(struct field_decoder *decoder, const struct field *field, void *message,
                      const struct field *counter)
{
    if (field->present && !field->present(decoder, message, field)) {
        return 0;
    }
    switch (field->kind) {
    case FIELD_UINT:
        return field->repeated ? decode_numbers(decoder, field, message, counter)
                               : decode_number(decoder, field, message);
    case FIELD_COUNT:
        return decode_number(decoder, field, message);
    case FIELD_BYTES:
        return decode_bytes(decoder, field, message, counter);
    case FIELD_MESSAGE:
        return field->repeated ? decode_messages(decoder, field, message, counter)
                               : decode_message(decoder, field, message);
    case FIELD_SUBSECTIONS:
        return decode_subsections(decoder, field, message);
    }
    return -1;
}

/* What a count says when it is tied to what it counts. */
static uint64_t tied_count(const struct field *counter, const void *message)
{
    const struct field *counted = counter + counter->counts;

    if (counted->kind == FIELD_BYTES) {
        const ProtobufCBinaryData *blob = member(counted, message);

        return (has_value(counted, message) ? blob->len : 0) / (counter->unit ? counter->unit : 1);
    }
    return *element_count(counted, message);
}

int field_decode_into(struct field_decoder *decoder, const struct table *table, ProtobufCMessage *message)
{
    const struct field *counter_of[64] = { NULL };

    HS_CHECK(table->n_fields <= HS_COUNT(counter_of), "%s has %zu fields", table->descriptor->name, table->n_fields);
    for (size_t i = 0; i < table->n_fields; i++) {
        const struct field *field = &table->fields[i];

        if (decode_row(decoder, field, message, counter_of[i]) < 0) {
            return -1;
        }
        if (field->kind == FIELD_COUNT) {
            counter_of[i + field->counts] = field;
        }
        if (counter_of[i] && number_at(counter_of[i], member(counter_of[i], message)) ==
                                 tied_count(counter_of[i], message)) {
            set_has_value(counter_of[i], message, false);
            set_number_at(counter_of[i], member(counter_of[i], message), 0);
        }
    }
    return 0;
}

ProtobufCMessage *field_decode(struct field_decoder *decoder, const struct table *table)
{
    ProtobufCMessage *message = hs_alloc(table->descriptor->sizeof_message);

    table->descriptor->message_init(message);
    if (field_decode_into(decoder, table, message) < 0) {
        protobuf_c_message_free_unpacked(message, NULL);
        return NULL;
    }
    return message;
}

/* Encode. */

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
    struct field_place place = { encoder->path, offset, encoder->out->size - offset, field, value };
    size_t length;

    if (encoder->visit && place.size) {
        length = field_path_push(encoder, name);
        encoder->visit(encoder->user, &place);
        field_path_pop(encoder, length);
    }
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

    if (has_value(field, message)) {
        value = number_at(field, member(field, message));
    } else if (field->kind == FIELD_COUNT) {
        value = tied_count(field, message);
    }
    write_number(encoder, field, value);
    field_visit(encoder, field->name, offset, field, value);
}

static void encode_numbers(struct field_encoder *encoder, const struct field *field, const void *message)
{
    size_t held = *element_count(field, message);
    size_t n = field->fixed ? field->fixed : held;
    const char *array = *(char *const *)member(field, message);

    for (size_t i = 0; i < n; i++) {
        uint64_t value = i < held ? number_at(field, array + i * field->size) : 0;
        size_t offset = encoder->out->size;
        size_t length = encoder->path_length;

        write_number(encoder, field, value);
        if (encoder->visit) {
            field_path_push(encoder, field->name);
            field_path_index(encoder, i);
            field_visit(encoder, "", offset, field, value);
            field_path_pop(encoder, length);
        }
    }
}

static void encode_bytes(struct field_encoder *encoder, const struct field *field, const void *message)
{
    const ProtobufCBinaryData *blob = member(field, message);
    size_t held = has_value(field, message) ? blob->len : 0;
    size_t offset = encoder->out->size;

    if (field->fixed) {
        held = held < field->fixed ? held : field->fixed;
    }
    builder_put(encoder->out, blob->data, held);
    if (field->fixed) {
        builder_put_zeros(encoder->out, field->fixed - held);
    }
    field_visit(encoder, field->name, offset, field, 0);
}

static void encode_element(struct field_encoder *encoder, const struct field *field, size_t i,
                           const ProtobufCMessage *element)
{
    size_t length = field_path_push(encoder, field->name);

    field_path_index(encoder, i);
    field_encode(encoder, field->message, element);
    field_path_pop(encoder, length);
}

static void encode_messages(struct field_encoder *encoder, const struct field *field, const void *message)
{
    size_t held = *element_count(field, message);
    size_t n = field->fixed ? field->fixed : held;
    ProtobufCMessage *const *array = *(ProtobufCMessage *const *const *)member(field, message);
    ProtobufCMessage *zero = NULL;

    for (size_t i = 0; i < n; i++) {
        if (i >= held && !encoder->visit && fixed_size(field->message)) {
            builder_put_zeros(encoder->out, (n - i) * fixed_size(field->message));
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
    ProtobufCMessage *value = has_value(field, message) ? *(ProtobufCMessage **)member(field, message) : NULL;
    ProtobufCMessage *zero = NULL;
    size_t length;

    if (!value) {
        if (is_conditional(field)) {
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

static void encode_subsection_body(struct field_encoder *encoder, const struct subsection_set *set,
                                   const ProtobufCMessage *element)
{
    for (unsigned i = 0; i < set->element->n_fields; i++) {
        const ProtobufCFieldDescriptor *body = &set->element->fields[i];
        const char *value = (const char *)element + body->offset;
        size_t offset = encoder->out->size;

        if (!(body->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) ||
            *(const uint32_t *)((const char *)element + body->quantifier_offset) != body->id) {
            continue;
        }
        if (body->type == PROTOBUF_C_TYPE_BYTES) {
            const ProtobufCBinaryData *blob = (const void *)value;

            builder_put(encoder->out, blob->data, blob->len);
            field_visit(encoder, body->name, offset, NULL, 0);
            return;
        }
        for (int k = 0; set->known[k].name; k++) {
            if (set->known[k].tag == body->id) {
                size_t length = field_path_push(encoder, body->name);

                field_encode(encoder, set->known[k].body, *(ProtobufCMessage *const *)(const void *)value);
                field_path_pop(encoder, length);
                return;
            }
        }
    }
}

static void encode_subsection(struct field_encoder *encoder, const struct subsection_set *set,
                              const ProtobufCMessage *element)
{
    static const struct field number = { .is_signed = false };
    struct subsection_fields header = header_of(set->element);
    const char *base = (const char *)element;
    const ProtobufCBinaryData *name = (const void *)(base + header.name->offset);
    bool has_name = *(const protobuf_c_boolean *)(base + header.name->quantifier_offset);
    bool has_len = *(const protobuf_c_boolean *)(base + header.name_len->quantifier_offset);
    size_t length = has_name ? name->len : 0;
    size_t offset = encoder->out->size;
    uint64_t value = has_len ? *(const uint32_t *)(base + header.name_len->offset) : length;

    builder_put_be(encoder->out, 1, SUBSECTION_MARK);
    field_visit(encoder, "mark", offset, &number, SUBSECTION_MARK);
    builder_put_be(encoder->out, 1, value);
    field_visit(encoder, "name_len", offset + 1, &number, value);
    builder_put(encoder->out, name->data, length);
    field_visit(encoder, "name", offset + 2, NULL, 0);
    offset = encoder->out->size;
    value = *(const uint32_t *)(base + header.version_id->offset);
    builder_put_be(encoder->out, 4, value);
    field_visit(encoder, "version_id", offset, &number, value);
    encode_subsection_body(encoder, set, element);
}

/* A subsection goes by its name: which number it has depends on those before it. */
static void push_subsection(struct field_encoder *encoder, const ProtobufCMessage *element, size_t i)
{
    const ProtobufCFieldDescriptor *field = header_of(element->descriptor).name;
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
    size_t n = *element_count(field, message);
    ProtobufCMessage *const *array = *(ProtobufCMessage *const *const *)member(field, message);

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
    if (!is_conditional(field) || field->repeated || has_value(field, message)) {
        return false;
    }
    /* A tied count is there with what it counts. */
    return field->kind != FIELD_COUNT || !has_value(field + field->counts, message);
}

void field_encode(struct field_encoder *encoder, const struct table *table, const ProtobufCMessage *message)
{
    HS_CHECK(message->descriptor == table->descriptor, "%s given, %s wanted", message->descriptor->name,
             table->descriptor->name);
    for (size_t i = 0; i < table->n_fields; i++) {
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables walked from bytes to message; field_encode.c mirrors it. */
#include "harness/wire/field_decode.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/wire/row.h"

bool field_has_rest(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    (void)message;
    (void)field;
    return decoder->bounded && bytes_left(&decoder->in) != 0;
}

uint64_t field_rest(const struct field_decoder *decoder, const void *message)
{
    (void)message;
    return bytes_left(&decoder->in);
}

bool field_more_unless_zero(const struct field_decoder *decoder, const void *message, size_t i)
{
    struct bytes in = decoder->in;
    uint64_t value;

    (void)message;
    (void)i;
    return bytes_get_be(&in, 4, &value) && value != 0;
}

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
    if (field->kind == FIELD_COUNT || row_is_conditional(field) || value != field->initial) {
        row_set_number(field, row_member(field, message), value);
        row_set_has(field, message, true);
    }
    return 0;
}

/* How many elements or bytes of this row are on the wire; -1 when that is more than can be. */
static int wire_count(struct field_decoder *decoder, const struct field *field, const void *message,
                      const struct field *counter, uint64_t unit, uint64_t *n)
{
    if (counter) {
        uint64_t counted = row_number(counter, row_member(counter, message));

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
    *(void **)row_member(field, message) = array;
    for (size_t i = 0; i < n; i++) {
        read_number(decoder, field, &value);
        row_set_number(field, array + i * field->size, value);
        kept = value || !field->fixed ? i + 1 : kept;
    }
    *row_count(field, message) = kept;
    return 0;
}

static int decode_bytes(struct field_decoder *decoder, const struct field *field, void *message,
                        const struct field *counter)
{
    ProtobufCBinaryData *blob = row_member(field, message);
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
    if (n || row_is_conditional(field)) {
        blob->len = n;
        blob->data = hs_copy(data, n);
        row_set_has(field, message, true);
    }
    return 0;
}

static void append_message(const struct field *field, void *message, ProtobufCMessage *element)
{
    size_t *n = row_count(field, message);
    ProtobufCMessage ***array = row_member(field, message);

    /* Made here from its first element on, so that it may grow like any list of ours. */
    *array = hs_grow(*array, *n, sizeof(**array));
    (*array)[(*n)++] = element;
}

static bool more_elements(struct field_decoder *decoder, const struct field *field, const void *message,
                          uint64_t n, size_t i)
{
    return field->more ? field->more(decoder, message, i) : i < n;
}

/* Of an array with a fixed length, the elements up to the last that is not zero: the rest is left out at once. */
static int trim_array(struct field_decoder *decoder, const struct field *field, uint64_t *n, uint64_t *skipped)
{
    size_t each = field->fixed ? row_fixed_size(field->message) : 0;
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
    size_t kept = 0, *count = row_count(field, message);
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
    array = *(ProtobufCMessage ***)row_member(field, message);
    while (*count > kept) {
        protobuf_c_message_free_unpacked(array[--*count], NULL);
    }
    if (!*count) {
        free(array);
        *(void **)row_member(field, message) = NULL;
    }
    return 0;
}

static int decode_message(struct field_decoder *decoder, const struct field *field, void *message)
{
    ProtobufCMessage *value = hs_alloc(field->message->descriptor->sizeof_message);

    field->message->descriptor->message_init(value);
    *(ProtobufCMessage **)row_member(field, message) = value;
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

static int decode_subsection(struct field_decoder *decoder, const struct subsection_set *set, int which,
                             ProtobufCMessage *element)
{
    struct row_subsection header = row_subsection_header(set->element);
    const ProtobufCFieldDescriptor *body = protobuf_c_message_descriptor_get_field(set->element, set->known[which].tag);
    ProtobufCBinaryData *name = (void *)((char *)element + header.name->offset);
    ProtobufCMessage *value;
    uint32_t outer = decoder->version;
    uint64_t version;
    int result;

    name->len = strlen(set->known[which].name);
    name->data = hs_copy(set->known[which].name, name->len);
    *(protobuf_c_boolean *)((char *)element + header.name->quantifier_offset) = true;
    decoder->in.at += 2 + name->len;
    if (!bytes_get_be(&decoder->in, 4, &version)) {
        return hs_fail(decoder->err, decoder->in.at, "subsection %s: no version_id", set->known[which].name);
    }
    *(uint32_t *)((char *)element + header.version_id->offset) = (uint32_t)version;
    *(protobuf_c_boolean *)((char *)element + header.version_id->quantifier_offset) = true;
    value = hs_alloc(set->known[which].body->descriptor->sizeof_message);
    set->known[which].body->descriptor->message_init(value);
    *(ProtobufCMessage **)((char *)element + body->offset) = value;
    memcpy((char *)element + body->quantifier_offset, &body->id, sizeof(body->id));
    decoder->version = (uint32_t)version;
    result = field_decode_into(decoder, set->known[which].body, value);
    decoder->version = outer;
    return result < 0 ? hs_fail_in(decoder->err, "subsection %s", set->known[which].name) : 0;
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
    if (decoder->version < field->since || (field->present && !field->present(decoder, message, field))) {
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
        if (counter_of[i] && row_number(counter_of[i], row_member(counter_of[i], message)) ==
                                 row_tied_count(counter_of[i], message)) {
            row_set_has(counter_of[i], message, false);
            row_set_number(counter_of[i], row_member(counter_of[i], message), 0);
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

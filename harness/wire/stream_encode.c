/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream's bytes from its message, with marks where its sections are. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/wire/framing.h"
#include "harness/wire/payload.h"

static struct stream_mark *append_mark(struct stream_encoding *encoding)
{
    if (encoding->n_marks == encoding->capacity) {
        encoding->capacity = encoding->capacity ? encoding->capacity * 2 : 32;
        encoding->marks = hs_resize(encoding->marks, encoding->capacity, sizeof(*encoding->marks));
    }
    return &encoding->marks[encoding->n_marks++];
}

static void encode_payload(struct field_encoder *encoder, const Hardstop__Section *section)
{
    size_t offset = encoder->out->size;

    if (section->payload_case == HARDSTOP__SECTION__PAYLOAD_OPAQUE) {
        builder_put(encoder->out, section->opaque.data, section->opaque.len);
        encoder->part = FIELD_PART_UNNAMED;
        field_visit(encoder, "opaque", offset, NULL, 0);
    } else if (payload_message(section)) {
        encoder->part = FIELD_PART_TABLE;
        payload_encode(encoder, section);
    }
}

static void encode_footer(struct field_encoder *encoder, const Hardstop__Section *section)
{
    Hardstop__Footer footer = *section->footer;
    size_t length = field_path_push(encoder, "footer");

    if (!footer.has_section_id) {
        footer.has_section_id = true;
        footer.section_id = section->section_id;
    }
    encoder->part = FIELD_PART_FOOTER;
    field_encode(encoder, &framing_footer, &footer.base);
    field_path_pop(encoder, length);
}

/* The payload's own length, where the message has no other. */
static void encode_length(struct field_encoder *encoder, const Hardstop__Section *section)
{
    Hardstop__Length length = *section->length;
    size_t path = field_path_push(encoder, "length");

    if (!length.has_value) {
        struct builder payload = { 0 };
        struct field_encoder silent = { .out = &payload };

        encode_payload(&silent, section);
        length.has_value = true;
        length.value = (uint32_t)payload.size;
        builder_clear(&payload);
    }
    field_encode(encoder, &framing_length, &length.base);
    field_path_pop(encoder, path);
}

static void encode_section(struct field_encoder *encoder, const Hardstop__Section *section, struct stream_mark *mark)
{
    mark->start = encoder->out->size;
    encoder->part = FIELD_PART_SECTION_HEADER;
    field_encode(encoder, &framing_section, &section->base);
    if (section->length) {
        encode_length(encoder, section);
    }
    mark->payload = encoder->out->size;
    encode_payload(encoder, section);
    mark->payload_end = encoder->out->size;
    if (section->footer) {
        encode_footer(encoder, section);
    }
    mark->end = encoder->out->size;
}

static void encode_marked(struct field_encoder *encoder, uint8_t type, const char *name, const struct table *table,
                          const ProtobufCMessage *message)
{
    size_t length = field_path_push(encoder, name);
    size_t offset = encoder->out->size;

    encoder->part = FIELD_PART_STREAM;
    if (type) {
        builder_put_be(encoder->out, 1, type);
        field_visit(encoder, "type", offset, NULL, type);
    }
    field_encode(encoder, table, message);
    field_path_pop(encoder, length);
}

void stream_encode(const Hardstop__Stream *stream, struct stream_encoding *encoding, field_visit_fn *visit, void *user)
{
    stream_encode_some(stream, encoding, visit, user, NULL, 0);
}

void stream_encode_some(const Hardstop__Stream *stream, struct stream_encoding *encoding, field_visit_fn *visit,
                        void *user, const bool *visited, size_t enough)
{
    struct field_encoder encoder = { .out = &encoding->out, .visit = visited ? NULL : visit, .user = user,
                                     .enough = enough, .section = STREAM_NO_SECTION };
    size_t offset;

    builder_reset(&encoding->out);
    encoding->n_marks = 0;
    if (stream->header) {
        encode_marked(&encoder, 0, "header", &framing_header, &stream->header->base);
    }
    if (stream->configuration) {
        encode_marked(&encoder, TYPE_CONFIGURATION, "configuration", &framing_configuration,
                      &stream->configuration->base);
    }
    for (size_t i = 0; i < stream->n_section && (!enough || encoding->out.size < enough); i++) {
        struct stream_mark *mark = append_mark(encoding);
        size_t length;

        encoder.visit = visited && !visited[i] ? NULL : visit;
        length = field_path_push(&encoder, "section");
        field_path_index(&encoder, i);
        encoder.section = i;
        encoder.section_path = encoder.path_length + 1;
        encode_section(&encoder, stream->section[i], mark);
        field_path_pop(&encoder, length);
    }
    encoder.section = STREAM_NO_SECTION;
    encoder.section_path = 0;
    encoder.visit = visited ? NULL : visit;
    if (stream->vmdesc) {
        encode_marked(&encoder, TYPE_VMDESC, "vmdesc", &framing_vmdesc, &stream->vmdesc->base);
    }
    offset = encoding->out.size;
    encoder.part = FIELD_PART_UNNAMED;
    builder_put(&encoding->out, stream->rest.data, stream->rest.len);
    field_visit(&encoder, "rest", offset, NULL, 0);
}

void stream_encoding_clear(struct stream_encoding *encoding)
{
    builder_clear(&encoding->out);
    free(encoding->marks);
    memset(encoding, 0, sizeof(*encoding));
}

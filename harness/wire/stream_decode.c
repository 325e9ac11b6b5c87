/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loader's main loop as a decoder, of one framing. */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "harness/base/alloc.h"
#include "harness/wire/agreement.h"
#include "harness/wire/framing.h"
#include "harness/wire/payload.h"
#include "harness/wire/ram.h"
#include "harness/wire/section_end.h"
#include "harness/wire/stream_reading.h"
#include "harness/wire/vmdesc_cache.h"

/*
 * What no description, configuration or device's state is longer than: a length in the bytes could ask for copies of
 * all of a file that is shown.
 */
#define LONGEST_PART ((size_t)256 << 20)

/* The section that gave an id its name. */
struct named {
    uint32_t id;
    const Hardstop__Section *section;
    UT_hash_handle hh;
};

struct decode {
    struct field_decoder fields;
    Hardstop__Stream *stream;
    struct named *named; /* START sections by id, the last of each: only they have parts */
    enum stream_framing framing;
    struct ram_format ram;
    struct vmdesc vmdesc;
    bool has_own; /* `vmdesc` is the stream's */
};

/* The START section of that id, or NULL. */
static const Hardstop__Section *section_of_id(const struct decode *decode, uint32_t id)
{
    struct named *found;

    HASH_FIND(hh, decode->named, &id, sizeof(id), found);
    return found ? found->section : NULL;
}

static void name_id(struct decode *decode, const Hardstop__Section *section)
{
    struct named *named;

    HASH_FIND(hh, decode->named, &section->section_id, sizeof(section->section_id), named);
    if (!named) {
        named = hs_alloc(sizeof(*named));
        named->id = section->section_id;
        HASH_ADD(hh, decode->named, id, sizeof(named->id), named);
    }
    named->section = section;
}

static void forget_ids(struct decode *decode)
{
    struct named *named, *next;

    HASH_ITER(hh, decode->named, named, next) {
        HASH_DEL(decode->named, named);
        free(named);
    }
}

static bool has_parts(const void *user, uint32_t id)
{
    return section_of_id(user, id) != NULL;
}

static int find_end(struct decode *decode, const Hardstop__Section *section, const struct section_end *search,
                    size_t *end)
{
    struct bytes *in = &decode->fields.in;

    for (size_t at = in->at; at < in->size; at++) {
        if (section_end_could_be(search, at)) {
            *end = at;
            return 0;
        }
    }
    return hs_fail(decode->fields.err, in->at, "section %.*s: no end found", (int)section->idstr.len,
                   (const char *)section->idstr.data);
}

static void put_opaque(Hardstop__Section *section, const struct bytes *in, size_t end)
{
    section->payload_case = HARDSTOP__SECTION__PAYLOAD_OPAQUE;
    stream_put_bytes(&section->opaque, in->data + in->at, end - in->at);
}

/* The stream's own description says what its sender sent, and wins over a table, which may not fit a later QEMU. */
static bool is_overruled(struct decode *decode, const Hardstop__Section *section, const struct payload *payload,
                         const ProtobufCMessage *message, size_t end)
{
    const struct bytes *in = &decode->fields.in;
    const struct vmdesc_section *described =
        vmdesc_section(&decode->vmdesc, section->idstr.data, section->idstr.len, section->instance_id);
    struct vmdesc_section fitted;
    bool result;

    if (!decode->has_own || !described) {
        return false;
    }
    vmdesc_fit(&decode->vmdesc, described, in->data + in->at, end - in->at, NULL, &fitted);
    result = fitted.n_fields && fitted.size == end - in->at && !agreement_holds(payload, message, &fitted);
    vmdesc_section_clear(&fitted);
    return result;
}

/* The bytes up to as far as one part can go. */
static struct bytes near(const struct bytes *in)
{
    size_t left = bytes_left(in);

    return (struct bytes){ in->data, in->at + (left < LONGEST_PART ? left : LONGEST_PART), in->at };
}

/* Reads one part of the frame. */
static ProtobufCMessage *decode_frame(struct decode *decode, const struct table *table)
{
    struct bytes *in = &decode->fields.in;
    size_t size = in->size;
    ProtobufCMessage *message;

    *in = near(in);
    message = field_decode(&decode->fields, table);
    in->size = size;
    return message;
}

/* Reads a payload that a table describes up to `*end`, which is set where it is not known.  False: no table fits it. */
static bool decode_described(struct decode *decode, Hardstop__Section *section, const struct section_end *search,
                             size_t *end)
{
    const struct payload *payload = payload_find(section->idstr.data, section->idstr.len);
    struct bytes in = decode->fields.in;
    ProtobufCMessage *message = NULL;

    if (payload && (*end == SIZE_MAX || *end - in.at <= LONGEST_PART)) {
        in = near(&in);
        in.size = *end == SIZE_MAX ? in.size : *end;
        message = payload_decode_best(payload, &in, *end == SIZE_MAX ? section_end_could_be : NULL, search);
    }
    if (message && *end != SIZE_MAX && is_overruled(decode, section, payload, message, *end)) {
        protobuf_c_message_free_unpacked(message, NULL);
        message = NULL;
    }
    if (message) {
        payload_set(section, payload, message);
        *end = in.at;
    }
    return message != NULL;
}

/*
 * Where the payload of the section `named` ends by its description, or SIZE_MAX.  A size counts only where it leads to
 * an end: QEMU describes some arrays too short (s390_css), and there may be other subsections than are described.
 */
static size_t described_end(struct decode *decode, const Hardstop__Section *named,
                            const struct section_end *search)
{
    const struct bytes *in = &decode->fields.in;
    const struct vmdesc_section *described =
        vmdesc_section(&decode->vmdesc, named->idstr.data, named->idstr.len, named->instance_id);
    size_t size = described ? described->size : 0;

    if (described && (size > bytes_left(in) || !section_end_could_be(search, in->at + size))) {
        size = vmdesc_extent(&decode->vmdesc, described, in->data + in->at, bytes_left(in));
        described = size && section_end_could_be(search, in->at + size) ? described : NULL;
    }
    return described ? in->at + size : SIZE_MAX;
}

static int decode_payload(struct decode *decode, Hardstop__Section *section)
{
    struct bytes *in = &decode->fields.in;
    const Hardstop__Section *named =
        stream_type_has_header((int)section->type) ? section : section_of_id(decode, section->section_id);
    const struct section_end search = {
        .in = *in, .section_id = section->section_id, .is_full = (int)section->type == TYPE_FULL,
        .footers = decode->framing == STREAM_FOOTER, .has_parts = has_parts, .user = decode,
    };
    struct bytes walk = *in;
    size_t end;

    if (!named) {
        return hs_fail(decode->fields.err, in->at, "a section part of id %u, which no section has",
                       section->section_id);
    }
    if (ram_is_iterable(named->idstr.data, named->idstr.len)) {
        if (ram_walk(&walk, named->idstr.data, named->idstr.len, &decode->ram, NULL, NULL, decode->fields.err) < 0) {
            return -1;
        }
        put_opaque(section, in, walk.at);
        *in = walk;
        return 0;
    }
    end = described_end(decode, named, &search);
    /* Parts have no name of their own, and no section that a table describes has parts. */
    if (!stream_type_has_header((int)section->type) || !decode_described(decode, section, &search, &end)) {
        if (end == SIZE_MAX && find_end(decode, section, &search, &end) < 0) {
            return -1;
        }
        put_opaque(section, in, end);
    }
    in->at = end;
    return 0;
}

/* Reads a payload that is as long as its length says. */
static int decode_sized(struct decode *decode, Hardstop__Section *section)
{
    struct bytes *in = &decode->fields.in;
    size_t end;

    section->length = (Hardstop__Length *)field_decode(&decode->fields, &framing_length);
    if (!section->length || section->length->value > bytes_left(in)) {
        return hs_fail(decode->fields.err, in->at, "no length before the payload");
    }
    end = in->at + section->length->value;
    *section->length = (Hardstop__Length)HARDSTOP__LENGTH__INIT;
    if (!decode_described(decode, section, NULL, &end)) {
        put_opaque(section, in, end);
    }
    in->at = end;
    return 0;
}

static int decode_footer(struct decode *decode, Hardstop__Section *section)
{
    size_t at = decode->fields.in.at;
    ProtobufCMessage *footer = field_decode(&decode->fields, &framing_footer);

    if (!footer) {
        return hs_fail_in(decode->fields.err, "footer");
    }
    section->footer = (Hardstop__Footer *)footer;
    if (section->footer->has_mark) {
        return hs_fail(decode->fields.err, at, "no footer behind the payload");
    }
    /* Id 0 is what an absent field would mean. */
    section->footer->has_section_id = section->footer->section_id != section->section_id;
    if (!section->footer->has_section_id) {
        section->footer->section_id = 0;
    }
    return 0;
}

static int decode_state(struct decode *decode, Hardstop__Section *section)
{
    bool is_sized = decode->framing == STREAM_SIZED && (int)section->type == TYPE_FULL;
    int result = is_sized ? decode_sized(decode, section) : decode_payload(decode, section);

    return result == 0 && decode->framing == STREAM_FOOTER ? decode_footer(decode, section) : result;
}

static Hardstop__Section *append_section(struct decode *decode)
{
    Hardstop__Stream *stream = decode->stream;
    Hardstop__Section *section = hs_alloc(sizeof(*section));

    hardstop__section__init(section);
    stream->section = hs_grow(stream->section, stream->n_section, sizeof(*stream->section));
    stream->section[stream->n_section++] = section;
    return section;
}

/* One turn of the loader's main loop; 1 when it was the end of file. */
static int decode_section(struct decode *decode)
{
    struct bytes *in = &decode->fields.in;
    size_t at = in->at;
    int type = bytes_peek(in, 0);
    Hardstop__Section *section;

    if (type < 0) {
        return hs_fail(decode->fields.err, at, "the stream ends without an end-of-file mark");
    }
    if (type != TYPE_EOF && type != TYPE_COMMAND && !framing_type_has_id(type)) {
        return hs_fail(decode->fields.err, at, "0x%02x is no section type", type);
    }
    section = append_section(decode);
    if (field_decode_into(&decode->fields, &framing_section, &section->base) < 0) {
        return hs_fail_in(decode->fields.err, "section %zu", decode->stream->n_section - 1);
    }
    if (stream_type_has_header(type) && !section->idstr.len) {
        return hs_fail(decode->fields.err, at, "section %zu has no idstr", decode->stream->n_section - 1);
    }
    if (!framing_type_has_id(type)) {
        return type == TYPE_EOF;
    }
    if (type == TYPE_START) {
        name_id(decode, section);
    }
    if (decode_state(decode, section) < 0) {
        return hs_fail_in(decode->fields.err, "section %zu (%.*s)", decode->stream->n_section - 1,
                          (int)section->idstr.len, section->idstr.len ? (const char *)section->idstr.data : "");
    }
    return 0;
}

/* `start` becomes where the last element begins of what is decoded here. */
static int decode_start(struct decode *decode, size_t *start)
{
    struct bytes *in = &decode->fields.in;

    if (!stream_begins(in->data + in->at, bytes_left(in))) {
        return 0;
    }
    decode->stream->header = (Hardstop__Header *)field_decode(&decode->fields, &framing_header);
    if (!decode->stream->header) {
        return -1;
    }
    *start = in->at;
    if (bytes_peek(in, 0) == TYPE_CONFIGURATION) {
        in->at++;
        decode->stream->configuration =
            (Hardstop__Configuration *)decode_frame(decode, &framing_configuration);
        return decode->stream->configuration ? 0 : hs_fail_in(decode->fields.err, "configuration section");
    }
    return 0;
}

static int decode_end(struct decode *decode)
{
    struct bytes *in = &decode->fields.in;

    if (bytes_peek(in, 0) == TYPE_VMDESC) {
        in->at++;
        decode->stream->vmdesc = (Hardstop__Vmdesc *)decode_frame(decode, &framing_vmdesc);
        if (!decode->stream->vmdesc) {
            return hs_fail_in(decode->fields.err, "vmdesc");
        }
    }
    return 0;
}

static void read_description(struct decode *decode, const ProtobufCBinaryData *description)
{
    const struct bytes *in = &decode->fields.in;
    size_t at = description ? SIZE_MAX : vmdesc_find(in->data, in->size);
    ProtobufCBinaryData own = { 0 };

    if (at != SIZE_MAX) {
        own.data = (uint8_t *)in->data + at + 5;
        own.len = in->size - at - 5;
        description = &own;
        decode->has_own = true;
    }
    vmdesc_take(&decode->vmdesc, description);
}

/* What an element that could not be read left in the message goes. */
static void keep_sections(Hardstop__Stream *stream, size_t n_section)
{
    while (stream->n_section > n_section) {
        stream_free_section(stream->section[--stream->n_section]);
    }
}

void reading_decode(const uint8_t *data, size_t size, enum stream_framing framing,
                    const ProtobufCBinaryData *description, struct reading *reading)
{
    struct decode decode = { .fields = { .in = bytes_of(data, size), .err = &reading->err }, .framing = framing };
    size_t start = 0, n_section = 0;
    int result;

    decode.stream = reading->stream = hs_alloc(sizeof(*decode.stream));
    hardstop__stream__init(decode.stream);
    read_description(&decode, description);
    result = decode_start(&decode, &start);
    decode.ram = ram_format_of(decode.stream, &decode.vmdesc);
    while (result == 0) {
        start = decode.fields.in.at;
        n_section = decode.stream->n_section;
        result = decode_section(&decode);
    }
    if (result > 0) {
        start = decode.fields.in.at;
        n_section = decode.stream->n_section;
        result = decode_end(&decode);
    }
    reading->is_whole = result == 0;
    reading->end = reading->is_whole ? decode.fields.in.at : start;
    if (!reading->is_whole) {
        keep_sections(decode.stream, n_section);
    }
    vmdesc_give_back(&decode.vmdesc);
    forget_ids(&decode);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chooses between the readings of a stream that does not say how it is framed. */
#include "harness/wire/stream_reading.h"

#include "harness/wire/payload.h"

Hardstop__Stream *stream_decode(const uint8_t *data, size_t size, enum stream_framing framing, struct hs_error *err)
{
    return stream_decode_with(data, size, framing, NULL, err);
}

static size_t count_described(const Hardstop__Stream *stream)
{
    size_t n = 0;

    for (size_t i = 0; i < stream->n_section; i++) {
        n += payload_message(stream->section[i]) != NULL;
    }
    return n;
}

/* A wrong reading does not come to the end, fits fewer tables, or takes several sections for one. */
static bool is_better(const struct reading *reading, const struct reading *than)
{
    size_t described = count_described(reading->stream), of_other = count_described(than->stream);

    if (reading->is_whole != than->is_whole) {
        return reading->is_whole;
    }
    if (!reading->is_whole && reading->err.offset != than->err.offset) {
        return reading->err.offset > than->err.offset;
    }
    return described > of_other ||
           (described == of_other && reading->stream->n_section > than->stream->n_section);
}

/* The better one of the reading at hand and another takes its place. */
static void try_other(const uint8_t *data, size_t size, enum stream_framing framing,
                      const ProtobufCBinaryData *description, struct reading *reading)
{
    struct reading other;

    reading_decode(data, size, framing, description, &other);
    if (is_better(&other, reading)) {
        stream_free(reading->stream);
        *reading = other;
    } else {
        stream_free(other.stream);
    }
}

/*
 * A footer behind each section, with the id of that, up to the last byte, is no chance; behind some of them it may be,
 * or before a zero, which ends the reading.
 */
static bool has_all_footers(const struct reading *reading, size_t size)
{
    const Hardstop__Stream *stream = reading->stream;

    for (size_t i = 0; i < stream->n_section; i++) {
        const Hardstop__Section *section = stream->section[i];

        if (section->has_section_id && (!section->footer || section->footer->has_section_id)) {
            return false;
        }
    }
    return reading->is_whole && reading->end == size && stream->n_section && stream->section[0]->footer;
}

static void decode_any(const uint8_t *data, size_t size, const ProtobufCBinaryData *description,
                       struct reading *reading)
{
    reading_decode(data, size, STREAM_FOOTER, description, reading);
    if (has_all_footers(reading, size)) {
        return;
    }
    try_other(data, size, STREAM_LEGACY, description, reading);
    if (!reading->is_whole || !reading->stream->n_section || !reading->stream->section[0]->footer) {
        try_other(data, size, STREAM_SIZED, description, reading);
    }
}

static void decode_reading(const uint8_t *data, size_t size, enum stream_framing framing,
                           const ProtobufCBinaryData *description, struct reading *reading)
{
    if (framing == STREAM_ANY) {
        decode_any(data, size, description, reading);
    } else {
        reading_decode(data, size, framing, description, reading);
    }
    if (size == 0) {
        hs_fail(&reading->err, 0, "empty: a migration stream begins with 51 45 56 4d (QEVM)");
    }
}

/* Only what somebody wants is copied: most readings are thrown away. */
static void keep_rest(struct reading *reading, const uint8_t *data, size_t size)
{
    if (size > reading->end) {
        reading->stream->has_rest = true;
        stream_put_bytes(&reading->stream->rest, data + reading->end, size - reading->end);
    }
}

Hardstop__Stream *stream_decode_with(const uint8_t *data, size_t size, enum stream_framing framing,
                                     const ProtobufCBinaryData *description, struct hs_error *err)
{
    struct reading reading;

    decode_reading(data, size, framing, description, &reading);
    if (!reading.is_whole) {
        stream_free(reading.stream);
        if (err) {
            *err = reading.err;
        }
        return NULL;
    }
    keep_rest(&reading, data, size);
    return reading.stream;
}

Hardstop__Stream *stream_decode_part(const uint8_t *data, size_t size, enum stream_framing framing, bool *is_whole,
                                     struct hs_error *err)
{
    struct reading reading;

    decode_reading(data, size, framing, NULL, &reading);
    keep_rest(&reading, data, size);
    *is_whole = reading.is_whole;
    if (!reading.is_whole) {
        *err = reading.err;
    }
    return reading.stream;
}

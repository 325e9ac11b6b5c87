/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes that a stream refers to instead of having a copy, and how it is freed all the same. */
#include "harness/wire/stream.h"

#include "harness/base/alloc.h"

void stream_put_bytes(ProtobufCBinaryData *bytes, const uint8_t *data, size_t size)
{
    bool refers = size >= MAPPED_LEAST && mapped_find(data);

    bytes->len = size;
    bytes->data = refers ? (uint8_t *)data : hs_copy(data, size);
}

static void let_go(ProtobufCBinaryData *bytes)
{
    if (bytes->len >= MAPPED_LEAST && mapped_find(bytes->data)) {
        *bytes = (ProtobufCBinaryData){ 0 };
    }
}

static void let_go_of_section(Hardstop__Section *section)
{
    if (section->payload_case == HARDSTOP__SECTION__PAYLOAD_OPAQUE) {
        let_go(&section->opaque);
    }
}

void stream_let_go(Hardstop__Stream *stream)
{
    let_go(&stream->rest);
    for (size_t i = 0; i < stream->n_section; i++) {
        let_go_of_section(stream->section[i]);
    }
}

void stream_free(Hardstop__Stream *stream)
{
    if (stream) {
        stream_let_go(stream);
        hardstop__stream__free_unpacked(stream, NULL);
    }
}

void stream_free_section(Hardstop__Section *section)
{
    let_go_of_section(section);
    hardstop__section__free_unpacked(section, NULL);
}

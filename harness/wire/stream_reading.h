/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One reading of a stream, for those who choose between several: see stream.h for what users call. */
#ifndef HARDSTOP_WIRE_STREAM_READING_H
#define HARDSTOP_WIRE_STREAM_READING_H

#include "harness/wire/stream.h"

/* What was read, up to the element in which reading failed. */
struct reading {
    Hardstop__Stream *stream; /* its `rest` is left to the caller */
    size_t end; /* where it ends in the bytes */
    bool is_whole; /* to its end mark, and the description behind that */
    struct hs_error err; /* why it is not */
};

/*
 * Reads the bytes in one framing, not STREAM_ANY.  Sets all of `reading`; the caller frees the message.  `description`
 * (may be NULL) as for stream_decode_with().
 */
void reading_decode(const uint8_t *data, size_t size, enum stream_framing framing,
                    const ProtobufCBinaryData *description, struct reading *reading);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* States as the bytes that a loader saves. */
#ifndef HARDSTOP_JUDGE_STATE_BYTES_H
#define HARDSTOP_JUDGE_STATE_BYTES_H

#include "harness/judge/state.h"

/* A state as it stands in memory. */
struct state_bytes {
    const uint8_t *data; /* NULL: there is none */
    size_t size;
    enum stream_framing framing; /* of whoever reads or writes it; STREAM_ANY where that is not known */
};

/*
 * Decodes and compares two states.  Where the first has no description at its end, `names` (JSON of a vmdesc, may be
 * NULL) is that of its sections; what one description lacks is read by the other's.  False when a state is missing or
 * is no stream; the comparison is empty then.
 */
bool state_compare_bytes(const struct state_bytes *left, const ProtobufCBinaryData *names,
                         const struct state_bytes *right, enum state_scope scope, struct state_comparison *comparison);

/*
 * A copy of `stream` in which each device's section has the payload of its partner in a saved state.  NULL where the
 * state is no stream or has no such partner; free with stream_free().
 */
Hardstop__Stream *state_adopt(const Hardstop__Stream *stream, const uint8_t *saved, size_t size);
/* The same, also where a table fits only what was given, or only what was saved. */
Hardstop__Stream *state_adopt_any(const Hardstop__Stream *stream, const uint8_t *saved, size_t size);

/* The description (vmdesc) inside a saved state; false when it has none. */
bool state_description(const uint8_t *saved, size_t size, ProtobufCBinaryData *json);

#endif

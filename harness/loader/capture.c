/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decodes what was captured. */
#include "harness/loader/capture.h"

#include <stdlib.h>

#include "harness/wire/stream.h"

Hardstop__Stream *capture_decoded(const Hardstop__Setup *setup, enum trust trust, struct hs_error *err)
{
    Hardstop__Stream *stream;
    uint8_t *bytes = NULL;
    size_t size;

    if (capture_stream(setup, trust, &bytes, &size, err) < 0) {
        return NULL;
    }
    stream = stream_decode(bytes, size, STREAM_ANY, err);
    free(bytes);
    if (!stream) {
        hs_fail_in(err, "the captured stream");
    }
    return stream;
}

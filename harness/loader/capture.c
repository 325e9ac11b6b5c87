/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks whatever the setup is for, and decodes what was captured. */
#include "harness/loader/capture.h"

#include <stdlib.h>

#include "harness/loader/open.h"
#include "harness/loader/qemu/capture.h"
#include "harness/setup/brought.h"
#include "harness/wire/stream.h"

/* What a loader saves that has loaded nothing, behind the header of a whole stream. */
static int capture_saved(const Hardstop__Setup *setup, enum trust trust, uint8_t **stream, size_t *size,
                         struct hs_error *err)
{
    const struct loader_input nothing = { .bytes = loader_nothing, .size = sizeof(loader_nothing) };
    struct loader *loader = loader_open(setup, trust, NULL, err);
    const Hardstop__Header header = HARDSTOP__HEADER__INIT;
    struct loader_answer answer = { 0 };
    struct builder whole = { 0 };
    int result = loader ? loader_load(loader, &nothing, &answer, err) : -1;

    if (result == 0 && answer.outcome != OUTCOME_ACCEPTED) {
        result = hs_fail(err, HS_NO_OFFSET, "%s saves no state of its own when it loads an end of file alone: %s",
                         setup->binary, *answer.text ? answer.text : outcome_name(answer.outcome));
    }
    if (result == 0) {
        builder_put_be(&whole, 4, header.magic);
        builder_put_be(&whole, 4, header.version);
        builder_put(&whole, answer.saved, answer.saved_size);
        *stream = whole.data;
        *size = whole.size;
    }
    loader_close(loader);
    return result;
}

int capture_stream(const Hardstop__Setup *setup, enum trust trust, uint8_t **stream, size_t *size,
                   struct hs_error *err)
{
    return brought_has(setup->binary) ? capture_saved(setup, trust, stream, size, err)
                                      : qemu_capture(setup, trust, QEMU_FRESH, stream, size, err);
}

int capture_running(const Hardstop__Setup *setup, enum trust trust, bool small, uint8_t **stream, size_t *size,
                    struct hs_error *err)
{
    return qemu_capture(setup, trust, small ? QEMU_SMALL : QEMU_BOOTED, stream, size, err);
}

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

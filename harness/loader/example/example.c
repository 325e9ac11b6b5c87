/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A loader of one small device, which copies as many bytes as the stream says: a length that it does not check. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/loader/own/own.h"
#include "harness/wire/bytes.h"

#define BLOCKS 8
/* Before the payload: FULL, section 1, the name, instance 0, version 1; behind it also the end of the stream. */
static const char header[] = "\4\0\0\0\1\x0e" "example-device" "\0\0\0\0\0\0\0\1", footer[] = "\x7e\0\0\0\1\0";

static bool is_next(struct bytes *in, const char *wanted, size_t n)
{
    const uint8_t *found;

    return bytes_get(in, n, &found) && memcmp(found, wanted, n) == 0;
}

static bool load_block(struct bytes *in, struct builder *state)
{
    const uint8_t *used, *data;
    uint8_t block[16];

    if (!bytes_get(in, 1, &used) || !bytes_get(in, *used, &data)) {
        return false;
    }
    memcpy(block, data, *used);
    builder_put(state, used, 1);
    builder_put(state, block, *used);
    return true;
}

static bool load_device(struct bytes in, struct builder *state)
{
    bool is_sound = (bytes_peek(&in, 0) == 4 || is_next(&in, "QEVM\0\0\0\3", 8)) &&
                    is_next(&in, header, sizeof(header) - 1);

    for (int i = 0; is_sound && i < BLOCKS; i++) {
        is_sound = load_block(&in, state);
    }
    return is_sound && is_next(&in, footer, 6) && !bytes_left(&in);
}

static int load(const struct loader_input *input, struct builder *saved)
{
    bool is_nothing = input->size == 1 && !*input->bytes;

    own_at("example-device");
    builder_put(saved, header, sizeof(header) - 1);
    for (int i = 0; is_nothing && i < BLOCKS; i++) {
        builder_put(saved, "\7a fresh", 8);
    }
    if (!is_nothing && !load_device(bytes_of(input->bytes, input->size), saved)) {
        fprintf(stderr, "example: that is no sound example-device\n");
        return -EINVAL;
    }
    builder_put(saved, footer, 6);
    return 0;
}

static const struct own_loader example = { .name = "example", .load = load };
OWN_LOADER(example)

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "messages.h"

#include <stdlib.h>
#include <string.h>

#include "harness/message/mutate.h"
#include "harness/message/reflect.h"
#include "harness/message/text.h"

ProtobufCMessage *messages_parse(const ProtobufCMessageDescriptor *type, const char *text)
{
    struct hs_error err = { .text = "" };
    ProtobufCMessage *msg = text_parse(type, text, strlen(text), &err);

    if (!msg) {
        fail_msg("%s: %s", text, err.text);
    }
    return msg;
}

ProtobufCMessage *messages_grow(uint64_t seed, int steps)
{
    const struct mutate_options options = { .max_size = 4096 };
    ProtobufCMessage *msg = reflect_new(&sample__all__descriptor);
    struct random random;

    random_init(&random, seed);
    for (int i = 0; i < steps; i++) {
        mutate_step(msg, &options, &random);
    }
    return msg;
}

size_t messages_check(const ProtobufCMessage *msg)
{
    struct hs_error err = { .text = "" };
    ProtobufCMessage *back;
    uint8_t *bytes;
    size_t size;

    if (!reflect_valid(msg, &err)) {
        fail_msg("not valid: %s", err.text);
    }
    bytes = reflect_pack(msg, &size);
    back = reflect_unpack(msg->descriptor, bytes, size, &err);
    if (!back) {
        fail_msg("does not unpack: %s", err.text);
    }
    assert_true(reflect_equal(msg, back));
    reflect_free(back);
    free(bytes);
    return size;
}

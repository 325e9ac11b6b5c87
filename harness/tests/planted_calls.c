/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that do what they should but for one defect each: the fuzz targets built with them must notice. */
#include <string.h>

#include "harness/case/case.h"
#include "harness/case/damage.h"
#include "harness/message/mutate.h"

char *planted_case_text(const Hardstop__Case *test);
bool planted_damage_apply(const Hardstop__Case *test, struct stream_encoding *plain, struct builder *out,
                          struct damage_effect *effect);
bool planted_mutate_step(ProtobufCMessage *msg, const struct mutate_options *options, struct random *random);
bool planted_mutate_cross(ProtobufCMessage *msg, const ProtobufCMessage *other, const struct mutate_options *options,
                          struct random *random);

/* Another number than that of the case. */
char *planted_case_text(const Hardstop__Case *test)
{
    char *text = case_text(test), *digit = strpbrk(text, "0123456789");

    if (digit) {
        *digit = *digit == '1' ? '2' : '1';
    }
    return text;
}

/* A damage too many. */
bool planted_damage_apply(const Hardstop__Case *test, struct stream_encoding *plain, struct builder *out,
                          struct damage_effect *effect)
{
    bool changed = damage_apply(test, plain, out, effect);

    builder_put_be(out, 1, 0);
    return changed;
}

/* Chance that comes from elsewhere. */
bool planted_mutate_step(ProtobufCMessage *msg, const struct mutate_options *options, struct random *random)
{
    static uint64_t calls;

    random_init(random, calls++);
    return mutate_step(msg, options, random);
}

/* A oneof that says it holds what it does not. */
bool planted_mutate_cross(ProtobufCMessage *msg, const ProtobufCMessage *other, const struct mutate_options *options,
                          struct random *random)
{
    Hardstop__Case *test = (Hardstop__Case *)msg;
    bool done = mutate_cross(msg, other, options, random);

    if (test->stream && test->stream->n_section) {
        test->stream->section[0]->payload_case = (Hardstop__Section__PayloadCase)77;
    }
    return done;
}

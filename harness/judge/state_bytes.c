/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decodes saved states, with the description that there is. */
#include "harness/judge/state_bytes.h"

#include "harness/message/reflect.h"
#include "harness/wire/vmdesc.h"

bool state_description(const uint8_t *saved, size_t size, ProtobufCBinaryData *json)
{
    size_t at = vmdesc_find(saved, size);

    if (at == SIZE_MAX) {
        return false;
    }
    json->data = (uint8_t *)saved + at + 5;
    json->len = size - at - 5;
    return true;
}

/*
 * Gives the section the payload of its partner, which gets the section's own in exchange: `opaque` is the widest.  With
 * `unnamed`, also one that only one of the two has names for.
 */
static bool take_payload(Hardstop__Section *section, Hardstop__Stream *from, bool unnamed)
{
    size_t partner = state_partner(from, section);
    Hardstop__Section *other = partner == SIZE_MAX ? NULL : from->section[partner];
    Hardstop__Section own = *section;

    if (!other || (!unnamed && other->payload_case != section->payload_case)) {
        return false;
    }
    section->payload_case = other->payload_case;
    other->payload_case = own.payload_case;
    section->opaque = other->opaque;
    other->opaque = own.opaque;
    return true;
}

/* A loader frames what it saves as what it is given; to know it spares decoding twice. */
static enum stream_framing framing_of(const Hardstop__Stream *stream)
{
    return stream->n_section && stream->section[0]->footer ? STREAM_FOOTER : STREAM_ANY;
}

static Hardstop__Stream *adopt(const Hardstop__Stream *stream, const uint8_t *saved, size_t size, bool unnamed)
{
    ProtobufCBinaryData json;
    const ProtobufCBinaryData *description = state_description(saved, size, &json) ? &json : NULL;
    Hardstop__Stream *from = stream_decode_with(saved, size, framing_of(stream), description, NULL);
    Hardstop__Stream *adopted = from ? (Hardstop__Stream *)reflect_clone(&stream->base) : NULL;

    for (size_t i = 0; adopted && i < adopted->n_section; i++) {
        if (adopted->section[i]->type == HARDSTOP__SECTION__TYPE__FULL &&
            !take_payload(adopted->section[i], from, unnamed)) {
            stream_free(adopted);
            adopted = NULL;
        }
    }
    stream_free(from);
    return adopted;
}

Hardstop__Stream *state_adopt(const Hardstop__Stream *stream, const uint8_t *saved, size_t size)
{
    return adopt(stream, saved, size, false);
}

Hardstop__Stream *state_adopt_any(const Hardstop__Stream *stream, const uint8_t *saved, size_t size)
{
    return adopt(stream, saved, size, true);
}

/* What is framed as it should be is read once, not in each way there is. */
static Hardstop__Stream *decode(const struct state_bytes *state, const ProtobufCBinaryData *description)
{
    Hardstop__Stream *stream = stream_decode_with(state->data, state->size, state->framing, description, NULL);

    return stream || state->framing == STREAM_ANY
               ? stream
               : stream_decode_with(state->data, state->size, STREAM_ANY, description, NULL);
}

bool state_compare_bytes(const struct state_bytes *left, const ProtobufCBinaryData *names,
                         const struct state_bytes *right, enum state_scope scope, struct state_comparison *comparison)
{
    ProtobufCBinaryData left_json, right_json;
    const ProtobufCBinaryData *of_left = NULL, *of_right = NULL;
    Hardstop__Stream *a, *b;
    bool done = false;

    comparison->n = 0;
    if (!left->data || !right->data) {
        return false;
    }
    of_right = state_description(right->data, right->size, &right_json) ? &right_json : NULL;
    of_left = state_description(left->data, left->size, &left_json) ? &left_json : of_right;
    a = decode(left, of_left);
    of_left = of_left == of_right && names ? names : of_left;
    of_right = of_right ? of_right : of_left;
    b = decode(right, of_right);
    if (a && b) {
        state_compare(a, of_left, b, of_right, scope, comparison);
        done = true;
    }
    stream_free(a);
    stream_free(b);
    return done;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hints with their defaults, and the ties between a count and what it counts. */
#include "harness/message/hints.h"

#include "harness/base/check.h"
#include "harness/message/member.h"

bool hints_frozen(const struct mutate_hints *hints, const ProtobufCFieldDescriptor *field)
{
    return hints && hints->frozen && hints->frozen(hints->user, field);
}

bool hints_holds_frozen(const struct mutate_hints *hints, const ProtobufCMessage *msg,
                        const ProtobufCFieldDescriptor *field)
{
    if (!hints || !hints->frozen) {
        return false;
    }
    if (hints_frozen(hints, field)) {
        return true;
    }
    if (member_kind(field) != MEMBER_MESSAGE) {
        return false;
    }
    for (size_t i = 0; i < member_count(msg, field); i++) {
        const ProtobufCMessage *below = member_message(msg, field, i);

        for (unsigned f = 0; f < below->descriptor->n_fields; f++) {
            const ProtobufCFieldDescriptor *inner = &below->descriptor->fields[f];

            if (member_count(below, inner) && hints_holds_frozen(hints, below, inner)) {
                return true;
            }
        }
    }
    return false;
}

size_t hints_left(const struct mutate_hints *hints, const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    size_t most = hints && hints->most ? hints->most(hints->user, field) : 0, count = member_count(msg, field);

    return !most ? SIZE_MAX : most > count ? most - count : 0;
}

unsigned hints_weight(const struct mutate_hints *hints, const ProtobufCFieldDescriptor *field)
{
    return hints && hints->weight ? hints->weight(hints->user, field) : 100;
}

bool hints_range(const struct mutate_hints *hints, const ProtobufCFieldDescriptor *field, uint64_t *min,
                 uint64_t *max)
{
    return hints && hints->range && hints->range(hints->user, field, min, max);
}

unsigned hints_bits(const struct mutate_hints *hints, const ProtobufCFieldDescriptor *field)
{
    unsigned width = hints && hints->width ? hints->width(hints->user, field) : 0;

    HS_CHECK(width <= 8, "%s: a width of %u bytes", field->name, width);
    return 8 * (width ? width : (unsigned)cell_size(field));
}

const ProtobufCFieldDescriptor *hints_counted(const struct mutate_hints *hints, const ProtobufCMessageDescriptor *type,
                                              const ProtobufCFieldDescriptor *field)
{
    if (!hints || !hints->counts || member_kind(field) != MEMBER_SCALAR || member_repeated(field)) {
        return NULL;
    }
    return hints->counts(hints->user, type, field);
}

uint64_t hints_extent(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    size_t size = 0;

    if (member_kind(field) == MEMBER_BYTES && !member_repeated(field)) {
        member_bytes(msg, field, 0, &size);
        return size;
    }
    return member_count(msg, field);
}

size_t hints_retie(const struct mutate_hints *hints, ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field,
                   uint64_t before)
{
    uint64_t now = hints_extent(msg, field);
    size_t ties = 0;

    for (unsigned f = 0; f < msg->descriptor->n_fields; f++) {
        const ProtobufCFieldDescriptor *count = &msg->descriptor->fields[f];

        if (hints_counted(hints, msg->descriptor, count) != field || hints_frozen(hints, count) ||
            member_get(msg, count, 0) != cell_fit(count, before)) {
            continue;
        }
        if (now != before) {
            member_set(msg, count, 0, now);
        }
        ties++;
    }
    return ties;
}

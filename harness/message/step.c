/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps: each does one thing at one place, or refuses. */
#include "harness/message/step.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/message/member.h"
#include "harness/message/value.h"

/* Packed bytes of a tag and a length, at most. */
#define HEADER_SIZE 10
/* The length of each message around a place may take this many bytes more: sizes are below 2^28. */
#define LENGTH_GROWTH 3
/* Bytes that one step adds to a bytes field, at most. */
#define BYTES_GROWTH 64

/* Room at the place for a value, after what its surroundings may take. */
static size_t room_at(const struct step *step)
{
    size_t around = LENGTH_GROWTH * (step->at.depth + 1) + STEP_SCALAR_SIZE * step->ties;

    return step->room > around ? step->room - around : 0;
}

bool step_fits(const struct step *step, size_t growth)
{
    return growth == 0 || growth <= room_at(step);
}

/* Packed bytes of a value with its tag, at most. */
static size_t packed_size(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index)
{
    size_t size;

    switch (member_kind(field)) {
    case MEMBER_SCALAR:
        /* The first value of a packed field also brings the field's own tag and length. */
        return STEP_SCALAR_SIZE + HEADER_SIZE;
    case MEMBER_BYTES:
        member_bytes(msg, field, index, &size);
        return HEADER_SIZE + size;
    default:
        return HEADER_SIZE + protobuf_c_message_get_packed_size(member_message(msg, field, index));
    }
}

/* Packed bytes of what fresh() makes, at most. */
static size_t fresh_size(const ProtobufCFieldDescriptor *field)
{
    ProtobufCMessage *msg;
    size_t size;

    switch (member_kind(field)) {
    case MEMBER_SCALAR:
        return STEP_SCALAR_SIZE + HEADER_SIZE;
    case MEMBER_BYTES:
        return HEADER_SIZE + BYTES_GROWTH;
    default:
        msg = reflect_new(field->descriptor);
        size = HEADER_SIZE + protobuf_c_message_get_packed_size(msg);
        reflect_free(msg);
        return size;
    }
}

/* Inserts a value.  A default tests little, so scalars and bytes nearly always get another. */
static void fresh(struct step *step, const ProtobufCFieldDescriptor *field, size_t index)
{
    ProtobufCMessage *msg = step->at.msg;
    uint8_t bytes[BYTES_GROWTH];
    size_t size;

    member_insert(msg, field, index);
    if (member_kind(field) == MEMBER_SCALAR && !random_one_in(step->random, 100)) {
        member_set(msg, field, index,
                   value_scalar(step->hints, field, member_get(msg, field, index), step->random));
    } else if (member_kind(field) == MEMBER_BYTES && !random_one_in(step->random, 10)) {
        size = value_bytes(bytes, 0, sizeof(bytes), step->random);
        if (field->type == PROTOBUF_C_TYPE_STRING) {
            value_to_text(bytes, size);
        }
        member_set_bytes(msg, field, index, bytes, size);
    }
}

static bool change_scalar(struct step *step)
{
    const struct pick *at = &step->at;
    uint64_t old = member_get(at->msg, at->field, at->index);
    uint64_t value = value_scalar(step->hints, at->field, old, step->random);
    size_t before = value_packed_size(at->field, old), after = value_packed_size(at->field, value);

    if (value == old || !step_fits(step, after > before ? after - before : 0)) {
        return false;
    }
    note_place(&step->note, "change", &step->at);
    note_value(&step->note, ": ", at->msg, at->field, at->index);
    member_set(at->msg, at->field, at->index, value);
    note_value(&step->note, " -> ", at->msg, at->field, at->index);
    return true;
}

static bool change_bytes(struct step *step)
{
    const struct pick *at = &step->at;
    size_t size, room, changed = 0;
    const uint8_t *old = member_bytes(at->msg, at->field, at->index, &size);
    uint8_t *bytes;
    bool differs;

    room = room_at(step) > LENGTH_GROWTH ? room_at(step) - LENGTH_GROWTH : 0;
    room = size + (room < BYTES_GROWTH ? room : BYTES_GROWTH);
    bytes = hs_alloc(room);
    memcpy(bytes, old, size);
    if (step->bytes && room && random_one_in(step->random, 2)) {
        changed = step->bytes(bytes, size, room);
        HS_CHECK(changed <= room, "%zu bytes in a room of %zu", changed, room);
    }
    if (changed == 0) {
        memcpy(bytes, old, size);
        changed = value_bytes(bytes, size, room, step->random);
    }
    if (at->field->type == PROTOBUF_C_TYPE_STRING) {
        value_to_text(bytes, changed);
    }
    differs = changed != size || memcmp(bytes, old, size) != 0;
    if (differs) {
        note_place(&step->note, "change", &step->at);
        member_set_bytes(at->msg, at->field, at->index, bytes, changed);
        note_text(&step->note, ": %zu bytes -> %zu bytes", size, changed);
    }
    free(bytes);
    return differs;
}

static bool do_change(struct step *step)
{
    return member_kind(step->at.field) == MEMBER_SCALAR ? change_scalar(step) : change_bytes(step);
}

static bool do_add(struct step *step)
{
    const struct pick *at = &step->at;

    if (!step_fits(step, fresh_size(at->field))) {
        return false;
    }
    fresh(step, at->field, at->index);
    if (member_count(at->msg, at->field) == 0) {
        /* Zero is absence in proto3. */
        return false;
    }
    note_place(&step->note, member_repeated(at->field) ? "insert" : "add", &step->at);
    note_value(&step->note, ": ", at->msg, at->field, at->index);
    return true;
}

static bool do_delete(struct step *step)
{
    const struct pick *at = &step->at;

    if (hints_holds_frozen(step->hints, at->msg, at->field)) {
        return false;
    }
    note_place(&step->note, "delete", &step->at);
    note_value(&step->note, ": ", at->msg, at->field, 0);
    member_clear(at->msg, at->field);
    return true;
}

static bool do_switch(struct step *step)
{
    const struct mutate_hints *hints = step->hints;
    const struct pick *at = &step->at;
    const ProtobufCMessageDescriptor *type = at->msg->descriptor;
    const ProtobufCFieldDescriptor *other = NULL;
    uint64_t before, seen = 0;

    for (unsigned f = 0; f < type->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &type->fields[f];

        if (field != at->field && member_same_oneof(field, at->field) && !hints_frozen(hints, field) &&
            random_one_in(step->random, ++seen)) {
            other = field;
        }
    }
    if (!other || hints_holds_frozen(hints, at->msg, at->field)) {
        return false;
    }
    before = hints_extent(at->msg, other);
    step->ties += hints_retie(hints, at->msg, other, before);
    if (!step_fits(step, fresh_size(other))) {
        return false;
    }
    note_place(&step->note, "switch", &step->at);
    fresh(step, other, 0);
    note_text(&step->note, " -> %s", other->name);
    hints_retie(hints, at->msg, other, before);
    return true;
}

static bool do_remove(struct step *step)
{
    const struct pick *at = &step->at;
    size_t left = member_count(at->msg, at->field) - at->index;
    size_t count = random_one_in(step->random, 4) ? 1 + random_below(step->random, left) : 1;

    note_place(&step->note, "remove", &step->at);
    note_text(&step->note, ": %zu", count);
    member_remove(at->msg, at->field, at->index, count);
    return true;
}

static bool do_duplicate(struct step *step)
{
    const struct pick *at = &step->at;

    if (!step_fits(step, packed_size(at->msg, at->field, at->index))) {
        return false;
    }
    note_place(&step->note, "duplicate", &step->at);
    member_insert(at->msg, at->field, at->index + 1);
    reflect_copy_value(at->msg, at->field, at->index + 1, at->msg, at->field, at->index);
    return true;
}

/* Another index than the picked one. */
static size_t other_index(struct step *step)
{
    size_t index = random_below(step->random, member_count(step->at.msg, step->at.field) - 1);

    return index < step->at.index ? index : index + 1;
}

static bool do_move(struct step *step)
{
    const struct pick *at = &step->at;
    size_t from = at->index, to = other_index(step), next = from < to ? from + 1 : from - 1;

    /* The neighbour comes to where the value was. */
    if (reflect_equal_value(at->msg, at->field, from, at->msg, at->field, next)) {
        return false;
    }
    note_place(&step->note, "move", &step->at);
    note_text(&step->note, " -> [%zu]", to);
    member_move(at->msg, at->field, from, to);
    return true;
}

static bool do_swap(struct step *step)
{
    const struct pick *at = &step->at;
    size_t to = other_index(step);

    if (reflect_equal_value(at->msg, at->field, at->index, at->msg, at->field, to)) {
        return false;
    }
    note_place(&step->note, "swap", &step->at);
    note_text(&step->note, " <-> [%zu]", to);
    member_swap(at->msg, at->field, at->index, to);
    return true;
}

static bool do_splice(struct step *step)
{
    const struct pick *at = &step->at;
    size_t total = member_count(at->msg, at->field), count = 0, size = 0;
    size_t wanted = 1 + random_below(step->random, total - at->index), to = random_below(step->random, total + 1);
    size_t left = hints_left(step->hints, at->msg, at->field);

    for (; count < wanted && count < left; count++) {
        size += packed_size(at->msg, at->field, at->index + count);
        if (!step_fits(step, size)) {
            break;
        }
    }
    if (count == 0) {
        return false;
    }
    note_place(&step->note, "splice", &step->at);
    note_text(&step->note, ": %zu -> [%zu]", count, to);
    /* Copies go to the end first: there they do not move what is still to be copied. */
    for (size_t i = 0; i < count; i++) {
        member_insert(at->msg, at->field, total + i);
        reflect_copy_value(at->msg, at->field, total + i, at->msg, at->field, at->index + i);
    }
    for (size_t i = 0; i < count; i++) {
        member_move(at->msg, at->field, total + i, to + i);
    }
    return true;
}

static bool do_copy(struct step *step)
{
    const struct mutate_hints *hints = step->hints;
    const struct pick *at = &step->at;
    size_t count = member_count(at->msg, at->field);
    bool insert = member_repeated(at->field) && (at->index == count || random_one_in(step->random, 2)) &&
                  hints_left(hints, at->msg, at->field);
    struct pick from;

    if (!pick_source(&from, step->source, at->field, step->random) ||
        !step_fits(step, packed_size(from.msg, from.field, from.index))) {
        return false;
    }
    if (insert) {
        member_insert(at->msg, at->field, count);
        reflect_copy_value(at->msg, at->field, count, from.msg, from.field, from.index);
        member_move(at->msg, at->field, count, at->index);
    } else {
        if (hints_holds_frozen(hints, at->msg, at->field) ||
            (count && reflect_equal_value(at->msg, at->field, at->index, from.msg, from.field, from.index))) {
            return false;
        }
        reflect_copy_value(at->msg, at->field, at->index, from.msg, from.field, from.index);
        if (!count && !member_count(at->msg, at->field)) {
            return false;
        }
    }
    note_place(&step->note, insert ? "copy into" : "copy over", &step->at);
    note_text(&step->note, ": from %s", from.field->name);
    if (member_count(at->msg, at->field)) {
        note_value(&step->note, ", ", at->msg, at->field, at->index);
    }
    return true;
}

bool step_take(struct step *step, enum pick_kind kind)
{
    static bool (*const steps[PICK_KINDS])(struct step *step) = {
        [PICK_CHANGE] = do_change, [PICK_ADD] = do_add,       [PICK_DELETE] = do_delete,
        [PICK_SWITCH] = do_switch, [PICK_INSERT] = do_add,    [PICK_REMOVE] = do_remove,
        [PICK_DUPLICATE] = do_duplicate, [PICK_MOVE] = do_move, [PICK_SWAP] = do_swap,
        [PICK_SPLICE] = do_splice, [PICK_COPY] = do_copy,
    };

    return steps[kind](step);
}

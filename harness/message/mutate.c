/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps: each does one thing at one place, or refuses, and another place is picked. */
#include "harness/message/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/message/member.h"
#include "harness/message/note.h"
#include "harness/message/value.h"

/* Packed bytes of a tag and a length, at most. */
#define HEADER_SIZE 10
/* Packed bytes of a scalar with its tag, at most. */
#define SCALAR_SIZE 15
/* The length of each message around a place may take this many bytes more: sizes are below 2^28. */
#define LENGTH_GROWTH 3
/* With less room than this only steps that need none are worth a try. */
#define LITTLE_ROOM 48
/* Bytes that one step adds to a bytes field, at most. */
#define BYTES_GROWTH 64
/* Steps refuse for local reasons, such as equal neighbours.  After half of these the kinds are tried in turn. */
#define ATTEMPTS (4 * PICK_KINDS)

struct step {
    const struct mutate_options *options;
    struct random *random;
    const ProtobufCMessage *source; /* where PICK_COPY takes values from */
    size_t room;                    /* packed bytes that the message may grow */
    struct pick at;
    size_t ties; /* counts to be set when the field at the place changes its extent */
    struct note note;
};

/* Room at the place for a value, after what its surroundings may take. */
static size_t room_at(const struct step *step)
{
    size_t around = LENGTH_GROWTH * (step->at.depth + 1) + SCALAR_SIZE * step->ties;

    return step->room > around ? step->room - around : 0;
}

static bool fits(const struct step *step, size_t growth)
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
        return SCALAR_SIZE + HEADER_SIZE;
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
        return SCALAR_SIZE + HEADER_SIZE;
    case MEMBER_BYTES:
        return HEADER_SIZE + BYTES_GROWTH;
    default:
        msg = reflect_new(field->descriptor);
        size = HEADER_SIZE + protobuf_c_message_get_packed_size(msg);
        reflect_free(msg);
        return size;
    }
}

/* Inserts a value; a default is dull, so scalars and bytes nearly always get another. */
static void fresh(struct step *step, const ProtobufCFieldDescriptor *field, size_t index)
{
    ProtobufCMessage *msg = step->at.msg;
    uint8_t bytes[BYTES_GROWTH];
    size_t size;

    member_insert(msg, field, index);
    if (member_kind(field) == MEMBER_SCALAR && !random_one_in(step->random, 100)) {
        member_set(msg, field, index,
                   value_scalar(step->options->hints, field, member_get(msg, field, index), step->random));
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
    uint64_t value = value_scalar(step->options->hints, at->field, old, step->random);
    size_t before = value_packed_size(at->field, old), after = value_packed_size(at->field, value);

    if (value == old || !fits(step, after > before ? after - before : 0)) {
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
    const struct mutate_options *options = step->options;
    const struct pick *at = &step->at;
    size_t size, room, changed = 0;
    const uint8_t *old = member_bytes(at->msg, at->field, at->index, &size);
    uint8_t *bytes;
    bool differs;

    room = room_at(step) > LENGTH_GROWTH ? room_at(step) - LENGTH_GROWTH : 0;
    room = size + (room < BYTES_GROWTH ? room : BYTES_GROWTH);
    bytes = hs_alloc(room);
    memcpy(bytes, old, size);
    if (options->bytes && room && random_one_in(step->random, 2)) {
        changed = options->bytes(bytes, size, room);
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

    if (!fits(step, fresh_size(at->field))) {
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

    if (hints_holds_frozen(step->options->hints, at->msg, at->field)) {
        return false;
    }
    note_place(&step->note, "delete", &step->at);
    note_value(&step->note, ": ", at->msg, at->field, 0);
    member_clear(at->msg, at->field);
    return true;
}

static bool do_switch(struct step *step)
{
    const struct mutate_hints *hints = step->options->hints;
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
    if (!fits(step, fresh_size(other))) {
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

    if (!fits(step, packed_size(at->msg, at->field, at->index))) {
        return false;
    }
    note_place(&step->note, "duplicate", &step->at);
    member_insert(at->msg, at->field, at->index + 1);
    member_copy(at->msg, at->field, at->index + 1, at->msg, at->field, at->index);
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
    if (member_equal(at->msg, at->field, from, at->msg, at->field, next)) {
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

    if (member_equal(at->msg, at->field, at->index, at->msg, at->field, to)) {
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

    for (; count < wanted; count++) {
        size += packed_size(at->msg, at->field, at->index + count);
        if (!fits(step, size)) {
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
        member_copy(at->msg, at->field, total + i, at->msg, at->field, at->index + i);
    }
    for (size_t i = 0; i < count; i++) {
        member_move(at->msg, at->field, total + i, to + i);
    }
    return true;
}

static bool do_copy(struct step *step)
{
    const struct mutate_hints *hints = step->options->hints;
    const struct pick *at = &step->at;
    size_t count = member_count(at->msg, at->field);
    bool insert = member_repeated(at->field) && (at->index == count || random_one_in(step->random, 2));
    struct pick from;

    if (!pick_source(&from, step->source, at->field, step->random) ||
        !fits(step, packed_size(from.msg, from.field, from.index))) {
        return false;
    }
    if (insert) {
        member_insert(at->msg, at->field, count);
        member_copy(at->msg, at->field, count, from.msg, from.field, from.index);
        member_move(at->msg, at->field, count, at->index);
    } else {
        if (hints_holds_frozen(hints, at->msg, at->field) ||
            (count && member_equal(at->msg, at->field, at->index, from.msg, from.field, from.index))) {
            return false;
        }
        member_copy(at->msg, at->field, at->index, from.msg, from.field, from.index);
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

/* Percentages, but for oneofs as wanted in mutate.h.  Steps that need no room are marked. */
static const struct {
    bool (*apply)(struct step *step);
    unsigned weight;
    bool small;
} kinds[PICK_KINDS] = {
    [PICK_CHANGE] = { do_change, 52, true },
    [PICK_ADD] = { do_add, 9, false },
    [PICK_DELETE] = { do_delete, 5, true },
    [PICK_SWITCH] = { do_switch, 100 / MUTATE_SWITCH, false },
    [PICK_INSERT] = { do_add, 6, false },
    [PICK_REMOVE] = { do_remove, 6, true },
    [PICK_DUPLICATE] = { do_duplicate, 4, false },
    [PICK_MOVE] = { do_move, 4, true },
    [PICK_SWAP] = { do_swap, 4, true },
    [PICK_SPLICE] = { do_splice, 3, false },
    [PICK_COPY] = { do_copy, 6, false },
};

static enum pick_kind draw_kind(struct random *random)
{
    uint64_t draw = random_below(random, 100);
    unsigned kind = 0;

    while (draw >= kinds[kind].weight) {
        draw -= kinds[kind].weight;
        kind++;
        HS_CHECK(kind < PICK_KINDS, "the weights are %u short of 100", (unsigned)draw + 1);
    }
    return kind;
}

/*
 * A count that is right is left alone most of the time, and one that is wrong gets right again half of the time.
 * Returns true when the step at the place may go on; `*done` tells that it already took place.
 */
static bool may_touch_count(struct step *step, enum pick_kind kind, bool *done)
{
    const struct pick *at = &step->at;
    const ProtobufCFieldDescriptor *counted = hints_counted(step->options->hints, at->msg->descriptor, at->field);
    uint64_t extent;

    *done = false;
    if (!counted) {
        return true;
    }
    extent = member_fit(at->field, hints_extent(at->msg, counted));
    if (member_get(at->msg, at->field, 0) == extent) {
        return random_one_in(step->random, MUTATE_UNTIE);
    }
    if (kind != PICK_CHANGE || random_one_in(step->random, 2) || !fits(step, SCALAR_SIZE)) {
        return true;
    }
    note_place(&step->note, "change", &step->at);
    note_value(&step->note, ": ", at->msg, at->field, 0);
    member_set(at->msg, at->field, 0, extent);
    note_value(&step->note, " -> ", at->msg, at->field, 0);
    *done = true;
    return false;
}

/* Tries one step at the picked place. */
static bool apply(struct step *step, enum pick_kind kind)
{
    const struct mutate_hints *hints = step->options->hints;
    const struct pick *at = &step->at;
    uint64_t before = hints_extent(at->msg, at->field);
    bool done;

    step->ties = hints_retie(hints, at->msg, at->field, before);
    if (!may_touch_count(step, kind, &done)) {
        return done;
    }
    if (!kinds[kind].apply(step)) {
        return false;
    }
    if (step->ties && !random_one_in(step->random, MUTATE_UNTIE)) {
        hints_retie(hints, at->msg, at->field, before);
    }
    return true;
}

static size_t limit(const struct mutate_options *options)
{
    return options->max_size ? options->max_size : REFLECT_MAX_INPUT;
}

/* Takes things out until the message is within the limit. */
static bool shrink(struct step *step, ProtobufCMessage *msg)
{
    while (protobuf_c_message_get_packed_size(msg) > limit(step->options)) {
        bool done = false;

        for (int i = 0; i < ATTEMPTS && !done; i++) {
            enum pick_kind kind = random_one_in(step->random, 2) ? PICK_REMOVE : PICK_DELETE;

            done = pick_place(&step->at, msg, step->options->hints, kind, step->random) && apply(step, kind);
        }
        if (!done) {
            return false;
        }
    }
    return true;
}

/* False when the message is over the limit already. */
static bool begin(struct step *step, const ProtobufCMessage *msg, const ProtobufCMessage *source,
                  const struct mutate_options *options, struct random *random)
{
    size_t size = options->size ? options->size : protobuf_c_message_get_packed_size(msg);

    *step = (struct step){
        .options = options,
        .random = random,
        .source = source,
        .room = size < limit(options) ? limit(options) - size : 0,
        .note = { .text = options->description, .room = options->description ? options->description_size : 0 },
    };
    note_text(&step->note, "%s", "");
    return size <= limit(options);
}

bool mutate_step(ProtobufCMessage *msg, const struct mutate_options *options, struct random *random)
{
    struct step step;

    if (!begin(&step, msg, msg, options, random)) {
        return shrink(&step, msg);
    }
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        enum pick_kind kind = i < ATTEMPTS / 2 ? draw_kind(random) : i % PICK_KINDS;

        if ((kinds[kind].small || step.room >= LITTLE_ROOM) &&
            pick_place(&step.at, msg, options->hints, kind, random) && apply(&step, kind)) {
            return true;
        }
    }
    return false;
}

bool mutate_cross(ProtobufCMessage *msg, const ProtobufCMessage *other, const struct mutate_options *options,
                  struct random *random)
{
    struct step step;

    if (!begin(&step, msg, other, options, random)) {
        return shrink(&step, msg);
    }
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        if (pick_place(&step.at, msg, options->hints, PICK_COPY, random) && apply(&step, PICK_COPY)) {
            return true;
        }
    }
    return false;
}

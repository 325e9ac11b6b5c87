/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws a kind of step and a place for it, until one does not refuse. */
#include "harness/message/mutate.h"

#include "harness/base/check.h"
#include "harness/message/member.h"
#include "harness/message/step.h"

/* With less room than this only steps that need none are worth a try. */
#define LITTLE_ROOM 48
/* Steps refuse for local reasons, such as equal neighbours.  After half of these the kinds are tried in turn. */
#define ATTEMPTS (4 * PICK_KINDS)

/* Percentages, but for oneofs as wanted in mutate.h.  Steps that need no room are marked. */
static const struct {
    unsigned weight;
    bool small;
} kinds[PICK_KINDS] = {
    [PICK_CHANGE] = { 52, true },
    [PICK_ADD] = { 9, false },
    [PICK_DELETE] = { 5, true },
    [PICK_SWITCH] = { 100 / MUTATE_SWITCH, false },
    [PICK_INSERT] = { 6, false },
    [PICK_REMOVE] = { 6, true },
    [PICK_DUPLICATE] = { 4, false },
    [PICK_MOVE] = { 4, true },
    [PICK_SWAP] = { 4, true },
    [PICK_SPLICE] = { 3, false },
    [PICK_COPY] = { 6, false },
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
    const ProtobufCFieldDescriptor *counted = hints_counted(step->hints, at->msg->descriptor, at->field);
    uint64_t extent;

    *done = false;
    if (!counted) {
        return true;
    }
    extent = cell_fit(at->field, hints_extent(at->msg, counted));
    if (member_get(at->msg, at->field, 0) == extent) {
        return random_one_in(step->random, MUTATE_UNTIE);
    }
    if (kind != PICK_CHANGE || random_one_in(step->random, 2) || !step_fits(step, STEP_SCALAR_SIZE)) {
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
    const struct mutate_hints *hints = step->hints;
    const struct pick *at = &step->at;
    uint64_t before = hints_extent(at->msg, at->field);
    bool done;

    step->ties = hints_retie(hints, at->msg, at->field, before);
    if (!may_touch_count(step, kind, &done)) {
        return done;
    }
    if (!step_take(step, kind)) {
        return false;
    }
    if (step->ties && !random_one_in(step->random, MUTATE_UNTIE)) {
        hints_retie(hints, at->msg, at->field, before);
    }
    return true;
}

static size_t limit_of(const struct mutate_options *options)
{
    return options->max_size ? options->max_size : REFLECT_MAX_INPUT;
}

/* Takes things out until the message is within the limit. */
static bool shrink(struct step *step, ProtobufCMessage *msg, size_t limit)
{
    while (protobuf_c_message_get_packed_size(msg) > limit) {
        bool done = false;

        for (int i = 0; i < ATTEMPTS && !done; i++) {
            enum pick_kind kind = random_one_in(step->random, 2) ? PICK_REMOVE : PICK_DELETE;

            done = pick_place(&step->at, msg, step->hints, kind, step->random) && apply(step, kind);
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
        .hints = options->hints,
        .bytes = options->bytes,
        .random = random,
        .source = source,
        .room = size < limit_of(options) ? limit_of(options) - size : 0,
        .note = { .text = options->description, .room = options->description ? options->description_size : 0 },
    };
    note_text(&step->note, "%s", "");
    return size <= limit_of(options);
}

/* A repair may want room of its own, and again after what was taken out for it. */
static bool repair(struct step *step, ProtobufCMessage *msg, const struct mutate_options *options)
{
    for (int i = 0; options->repair && i < ATTEMPTS; i++) {
        options->repair(options->user, msg);
        if (protobuf_c_message_get_packed_size(msg) <= limit_of(options)) {
            return true;
        }
        if (!shrink(step, msg, limit_of(options))) {
            return false;
        }
    }
    return !options->repair;
}

static bool take_step(struct step *step, ProtobufCMessage *msg, const struct mutate_options *options,
                      struct random *random)
{
    if (!begin(step, msg, msg, options, random)) {
        return shrink(step, msg, limit_of(options));
    }
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        enum pick_kind kind = i < ATTEMPTS / 2 ? draw_kind(random) : i % PICK_KINDS;

        if ((kinds[kind].small || step->room >= LITTLE_ROOM) &&
            pick_place(&step->at, msg, options->hints, kind, random) && apply(step, kind)) {
            return true;
        }
    }
    return false;
}

static bool take_cross(struct step *step, ProtobufCMessage *msg, const ProtobufCMessage *other,
                       const struct mutate_options *options, struct random *random)
{
    if (!begin(step, msg, other, options, random)) {
        return shrink(step, msg, limit_of(options));
    }
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        if (pick_place(&step->at, msg, options->hints, PICK_COPY, random) && apply(step, PICK_COPY)) {
            return true;
        }
    }
    return false;
}

bool mutate_step(ProtobufCMessage *msg, const struct mutate_options *options, struct random *random)
{
    struct step step;

    return take_step(&step, msg, options, random) && repair(&step, msg, options);
}

bool mutate_cross(ProtobufCMessage *msg, const ProtobufCMessage *other, const struct mutate_options *options,
                  struct random *random)
{
    struct step step;

    return take_cross(&step, msg, other, options, random) && repair(&step, msg, options);
}

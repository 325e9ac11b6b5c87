/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk behind each mutation. */
#include "harness/message/pick.h"

#include <string.h>

#include "harness/message/member.h"

/* Weight of a field at the top.  Three nested arrays of 1024 still leave a weight of 32 per value. */
#define TOP_WEIGHT ((uint64_t)1 << 20)
/* How many values of a longer array of plain messages stand for all of them. */
#define SAMPLE 16

struct walk {
    const struct mutate_hints *hints;
    struct random *random;
    enum pick_kind kind;
    const ProtobufCFieldDescriptor *like; /* not NULL: look for a source, not for a place */
    bool whole; /* visit every value */
    uint64_t total;
    struct pick_level path[REFLECT_MAX_DEPTH + 1];
    struct pick *pick;
};

/* The root of `n`, rounded down. */
static uint64_t square_root(uint64_t n)
{
    uint64_t root = 0;

    for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1) {
        if ((root | bit) * (root | bit) <= n) {
            root |= bit;
        }
    }
    return root;
}

static bool can_switch(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    for (unsigned f = 0; f < msg->descriptor->n_fields; f++) {
        if (&msg->descriptor->fields[f] != field && member_same_oneof(&msg->descriptor->fields[f], field)) {
            return true;
        }
    }
    return false;
}

/* At how many indexes of the field the step could be done. */
static size_t choices(const struct walk *walk, const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    bool repeated = member_repeated(field);
    size_t count = member_count(msg, field);

    if (walk->like) {
        return member_compatible(walk->like, field) ? count : 0;
    }
    switch (walk->kind) {
    case PICK_CHANGE:
        return member_kind(field) == MEMBER_MESSAGE ? 0 : count;
    case PICK_ADD:
        return !repeated && !count && !(member_in_oneof(field) && member_live(msg, field));
    case PICK_DELETE:
        return !repeated && field->label != PROTOBUF_C_LABEL_REQUIRED ? count : 0;
    case PICK_SWITCH:
        return count && member_in_oneof(field) && can_switch(msg, field);
    case PICK_INSERT:
        return repeated && hints_left(walk->hints, msg, field) ? count + 1 : 0;
    case PICK_REMOVE:
        return repeated ? count : 0;
    case PICK_DUPLICATE:
    case PICK_SPLICE:
        return repeated && hints_left(walk->hints, msg, field) ? count : 0;
    case PICK_MOVE:
    case PICK_SWAP:
        return repeated && count > 1 ? count : 0;
    case PICK_COPY:
        return repeated ? count + (hints_left(walk->hints, msg, field) > 0)
                        : count || !member_in_oneof(field) || !member_live(msg, field);
    default:
        return 0;
    }
}

static void offer(struct walk *walk, ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, uint64_t weight,
                  unsigned depth)
{
    size_t count = choices(walk, msg, field);
    struct pick *pick = walk->pick;

    if (count == 0) {
        return;
    }
    weight *= count > 1 ? square_root(count) : 1;
    walk->total += weight;
    if (random_below(walk->random, walk->total) >= weight) {
        return;
    }
    pick->msg = msg;
    pick->field = field;
    pick->index = count > 1 ? random_below(walk->random, count) : 0;
    pick->depth = depth;
    memcpy(pick->path, walk->path, depth * sizeof(pick->path[0]));
    pick->path[depth] = (struct pick_level){ .field = field, .index = pick->index };
}

static void visit(struct walk *walk, ProtobufCMessage *msg, uint64_t weight, unsigned depth);

/*
 * Values that hold no messages are much alike: to visit a thousand of them would take most of the time of a step, for
 * little.
 */
static bool is_plain(const ProtobufCMessageDescriptor *type)
{
    for (unsigned f = 0; f < type->n_fields; f++) {
        if (member_kind(&type->fields[f]) == MEMBER_MESSAGE) {
            return false;
        }
    }
    return true;
}

static void visit_values(struct walk *walk, ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field,
                         uint64_t weight, unsigned depth)
{
    size_t count = member_count(msg, field), visits = count;

    if (count > 1) {
        weight = weight / square_root(count) + 1;
    }
    if (!walk->whole && count > SAMPLE && is_plain(field->descriptor)) {
        visits = SAMPLE;
        weight = weight * count / SAMPLE;
    }
    for (size_t i = 0; i < visits; i++) {
        size_t index = visits < count ? random_below(walk->random, count) : i;

        walk->path[depth] = (struct pick_level){ .field = field, .index = index };
        visit(walk, member_message(msg, field, index), weight, depth + 1);
    }
}

static void visit(struct walk *walk, ProtobufCMessage *msg, uint64_t weight, unsigned depth)
{
    for (unsigned f = 0; f < msg->descriptor->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &msg->descriptor->fields[f];
        uint64_t here = weight * hints_weight(walk->hints, field) / 100;

        if (here == 0 || hints_frozen(walk->hints, field)) {
            continue;
        }
        offer(walk, msg, field, here, depth);
        if (member_kind(field) == MEMBER_MESSAGE && depth < REFLECT_MAX_DEPTH) {
            visit_values(walk, msg, field, here, depth);
        }
    }
}

/* The drawn values may leave out the only place where the step can be done. */
static bool walk_from(struct walk *walk, ProtobufCMessage *root)
{
    visit(walk, root, TOP_WEIGHT, 0);
    if (walk->total == 0) {
        walk->whole = true;
        visit(walk, root, TOP_WEIGHT, 0);
    }
    return walk->total > 0;
}

bool pick_place(struct pick *pick, ProtobufCMessage *root, const struct mutate_hints *hints, enum pick_kind kind,
                struct random *random)
{
    struct walk walk = { .hints = hints, .random = random, .kind = kind, .pick = pick };

    return walk_from(&walk, root);
}

bool pick_source(struct pick *pick, const ProtobufCMessage *root, const ProtobufCFieldDescriptor *like,
                 struct random *random)
{
    struct walk walk = { .random = random, .like = like, .pick = pick };

    return walk_from(&walk, (ProtobufCMessage *)root);
}

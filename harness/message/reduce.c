/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Delta debugging over the fields: each edit has a number within its phase, and a walk finds it again. */
#include "harness/message/reduce.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/message/member.h"
#include "harness/message/reflect.h"

enum phase {
    PHASE_ELEMENTS, /* take out runs of repeated values */
    PHASE_FIELDS,   /* clear optional fields, outer before inner */
    PHASE_BYTES,    /* take out runs of bytes */
    PHASE_SCALARS,  /* set to the default */
    PHASES,
};

struct walk {
    const struct reduce *reduce;
    size_t left;    /* edits to skip before the one that is wanted */
    size_t longest; /* list of the phase that was seen: bounds the chunk */
    bool done;
};

static size_t bytes_size(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index)
{
    size_t size;

    member_bytes(msg, field, index, &size);
    return size;
}

static void remove_bytes(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index, size_t at,
                         size_t count)
{
    size_t size;
    const uint8_t *old = member_bytes(msg, field, index, &size);
    uint8_t *bytes = hs_copy(old, size);

    memmove(bytes + at, bytes + at + count, size - at - count);
    member_set_bytes(msg, field, index, bytes, size - count);
    free(bytes);
}

/* Is edit number walk->left among `edits` here?  If not, skips them. */
static bool reached(struct walk *walk, size_t edits)
{
    if (walk->left < edits) {
        return true;
    }
    walk->left -= edits;
    return false;
}

/* The edits of a list of `size`: its runs of the chunk's length, the last of which may be shorter. */
static bool reached_run(struct walk *walk, size_t size, size_t *at, size_t *count)
{
    size_t chunk = walk->reduce->chunk;

    walk->longest = size > walk->longest ? size : walk->longest;
    if (chunk == 0 || size < chunk || !reached(walk, (size + chunk - 1) / chunk)) {
        return false;
    }
    *at = walk->left * chunk;
    *count = size - *at < chunk ? size - *at : chunk;
    return true;
}

static bool edit_values(struct walk *walk, ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    size_t values = member_count(msg, field), at, count;

    for (size_t i = 0; i < values; i++) {
        if (walk->reduce->phase == PHASE_BYTES && member_kind(field) == MEMBER_BYTES &&
            reached_run(walk, bytes_size(msg, field, i), &at, &count)) {
            remove_bytes(msg, field, i, at, count);
            return true;
        }
        if (walk->reduce->phase == PHASE_SCALARS && member_kind(field) == MEMBER_SCALAR &&
            member_get(msg, field, i) != cell_default(field) && reached(walk, 1)) {
            member_set(msg, field, i, cell_default(field));
            return true;
        }
    }
    return false;
}

/* Makes the wanted edit if it is one of this field's own. */
static bool edit_field(struct walk *walk, ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    size_t values = member_count(msg, field), at, count;

    switch (walk->reduce->phase) {
    case PHASE_ELEMENTS:
        if (member_repeated(field) && reached_run(walk, values, &at, &count)) {
            member_remove(msg, field, at, count);
            return true;
        }
        return false;
    case PHASE_FIELDS:
        if (!member_repeated(field) && field->label != PROTOBUF_C_LABEL_REQUIRED && values &&
            !hints_holds_frozen(walk->reduce->hints, msg, field) && reached(walk, 1)) {
            member_clear(msg, field);
            return true;
        }
        return false;
    default:
        return edit_values(walk, msg, field);
    }
}

static void visit(struct walk *walk, ProtobufCMessage *msg)
{
    const struct mutate_hints *hints = walk->reduce->hints;

    for (unsigned f = 0; f < msg->descriptor->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &msg->descriptor->fields[f];
        uint64_t before;

        if (hints_frozen(hints, field)) {
            continue;
        }
        before = hints_extent(msg, field);
        walk->done = edit_field(walk, msg, field);
        if (walk->done) {
            hints_retie(hints, msg, field, before);
            return;
        }
        if (member_kind(field) != MEMBER_MESSAGE) {
            continue;
        }
        for (size_t i = 0; i < member_count(msg, field); i++) {
            visit(walk, member_message(msg, field, i));
            if (walk->done) {
                return;
            }
        }
    }
}

/* Makes edit number `ordinal` in the candidate.  Returns what the walk saw. */
static struct walk edit(struct reduce *reduce)
{
    struct walk walk = { .reduce = reduce, .left = reduce->ordinal };

    visit(&walk, reduce->candidate);
    return walk;
}

static bool has_chunks(const struct reduce *reduce)
{
    return reduce->phase == PHASE_ELEMENTS || reduce->phase == PHASE_BYTES;
}

/* Begins a phase: lists are halved from the longest one on. */
static void begin(struct reduce *reduce, unsigned phase)
{
    size_t longest;

    reduce->phase = phase;
    reduce->ordinal = 0;
    reduce->chunk = 0;
    if (has_chunks(reduce)) {
        longest = edit(reduce).longest;
        for (reduce->chunk = 1; reduce->chunk <= longest / 2; reduce->chunk *= 2) {
        }
    }
}

/* Goes on to smaller edits when those of this size are through.  False: there are none. */
static bool go_on(struct reduce *reduce)
{
    reduce->ordinal = 0;
    if (has_chunks(reduce) && reduce->chunk > 1) {
        reduce->chunk /= 2;
    } else if (reduce->phase + 1 < PHASES) {
        begin(reduce, reduce->phase + 1);
    } else if (reduce->improved) {
        /* A later edit may have made an earlier one possible. */
        reduce->improved = false;
        begin(reduce, PHASE_ELEMENTS);
    } else {
        return false;
    }
    return true;
}

void reduce_init(struct reduce *reduce, const ProtobufCMessage *msg, const struct mutate_hints *hints)
{
    *reduce = (struct reduce){ .best = reflect_clone(msg), .candidate = reflect_clone(msg), .hints = hints };
    begin(reduce, PHASE_ELEMENTS);
}

void reduce_clear(struct reduce *reduce)
{
    reflect_free(reduce->best);
    reflect_free(reduce->candidate);
    *reduce = (struct reduce){ .best = NULL };
}

bool reduce_next(struct reduce *reduce, const ProtobufCMessage **candidate)
{
    do {
        if (edit(reduce).done) {
            *candidate = reduce->candidate;
            return true;
        }
    } while (go_on(reduce));
    return false;
}

void reduce_accept(struct reduce *reduce)
{
    reflect_free(reduce->best);
    reduce->best = reflect_clone(reduce->candidate);
    /* The next edit has moved to the number of this one. */
    reduce->improved = true;
}

void reduce_reject(struct reduce *reduce)
{
    reflect_free(reduce->candidate);
    reduce->candidate = reflect_clone(reduce->best);
    reduce->ordinal++;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes back differences: each has a number in the order of a walk over both messages, which finds it again. */
#include "harness/message/revert.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/message/member.h"
#include "harness/message/reflect.h"

struct walk {
    size_t left; /* edits to skip before the one that is wanted */
    bool done;
};

static bool reached(struct walk *walk)
{
    walk->done = walk->left == 0;
    walk->left -= walk->left > 0;
    return walk->done;
}

static bool same_values(const ProtobufCMessage *a, const ProtobufCMessage *b, const ProtobufCFieldDescriptor *field)
{
    size_t n = member_count(a, field);

    if (n != member_count(b, field)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!reflect_equal_value(a, field, i, b, field, i)) {
            return false;
        }
    }
    return true;
}

/* Makes the values from `at` on those of the reference. */
static void copy_values(ProtobufCMessage *msg, const ProtobufCMessage *reference,
                        const ProtobufCFieldDescriptor *field, size_t at)
{
    size_t n = member_count(msg, field);

    if (n > at) {
        member_remove(msg, field, at, n - at);
    }
    for (size_t i = at; i < member_count(reference, field); i++) {
        if (member_count(msg, field) <= i) {
            member_insert(msg, field, i);
        }
        reflect_copy_value(msg, field, i, reference, field, i);
    }
}

/* Runs of bytes that differ, and then what one of the two has more at its end. */
static void edit_bytes(struct walk *walk, ProtobufCMessage *msg, const ProtobufCMessage *reference,
                       const ProtobufCFieldDescriptor *field, size_t index)
{
    size_t size, other, at = 0, end;
    const uint8_t *old = member_bytes(msg, field, index, &size);
    const uint8_t *wanted = member_bytes(reference, field, index, &other);
    uint8_t *bytes = hs_copy(old, size);
    size_t shared = size < other ? size : other;

    while (at < shared && !walk->done) {
        for (; at < shared && bytes[at] == wanted[at]; at++) {
        }
        for (end = at; end < shared && bytes[end] != wanted[end]; end++) {
        }
        if (end > at && reached(walk)) {
            memcpy(bytes + at, wanted + at, end - at);
            member_set_bytes(msg, field, index, bytes, size);
        }
        at = end;
    }
    if (!walk->done && size != other && reached(walk)) {
        bytes = hs_resize(bytes, other + 1, 1);
        memcpy(bytes + shared, wanted + shared, other - shared);
        member_set_bytes(msg, field, index, bytes, other);
    }
    free(bytes);
}

static void visit(struct walk *walk, ProtobufCMessage *msg, const ProtobufCMessage *reference);

static void edit_value(struct walk *walk, ProtobufCMessage *msg, const ProtobufCMessage *reference,
                       const ProtobufCFieldDescriptor *field, size_t index)
{
    if (member_repeated(field) && reached(walk)) {
        reflect_copy_value(msg, field, index, reference, field, index);
    } else if (member_kind(field) == MEMBER_MESSAGE) {
        visit(walk, member_message(msg, field, index), member_message(reference, field, index));
    } else if (member_kind(field) == MEMBER_BYTES) {
        edit_bytes(walk, msg, reference, field, index);
    }
}

static void edit_field(struct walk *walk, ProtobufCMessage *msg, const ProtobufCMessage *reference,
                       const ProtobufCFieldDescriptor *field)
{
    size_t n = member_count(msg, field), wanted = member_count(reference, field);
    size_t shared = n < wanted ? n : wanted;

    if (reached(walk)) {
        copy_values(msg, reference, field, 0);
        return;
    }
    for (size_t i = 0; i < shared && !walk->done; i++) {
        if (!reflect_equal_value(msg, field, i, reference, field, i)) {
            edit_value(walk, msg, reference, field, i);
        }
    }
    if (!walk->done && shared && n != wanted && reached(walk)) {
        copy_values(msg, reference, field, shared);
    }
}

static void visit(struct walk *walk, ProtobufCMessage *msg, const ProtobufCMessage *reference)
{
    for (unsigned f = 0; f < msg->descriptor->n_fields && !walk->done; f++) {
        const ProtobufCFieldDescriptor *field = &msg->descriptor->fields[f];

        if (!same_values(msg, reference, field)) {
            edit_field(walk, msg, reference, field);
        }
    }
}

void revert_init(struct revert *revert, const ProtobufCMessage *msg, const ProtobufCMessage *reference)
{
    *revert = (struct revert){ .best = reflect_clone(msg), .candidate = reflect_clone(msg), .reference = reference };
}

void revert_clear(struct revert *revert)
{
    reflect_free(revert->best);
    reflect_free(revert->candidate);
    *revert = (struct revert){ .best = NULL };
}

bool revert_next(struct revert *revert, const ProtobufCMessage **candidate)
{
    for (;;) {
        struct walk walk = { .left = revert->ordinal };

        visit(&walk, revert->candidate, revert->reference);
        if (walk.done) {
            *candidate = revert->candidate;
            return true;
        }
        if (!revert->improved) {
            return false;
        }
        /* A later edit may have made an earlier one possible. */
        revert->improved = false;
        revert->ordinal = 0;
    }
}

void revert_accept(struct revert *revert)
{
    reflect_free(revert->best);
    revert->best = reflect_clone(revert->candidate);
    /* The next difference has moved to the number of this one. */
    revert->improved = true;
}

void revert_reject(struct revert *revert)
{
    reflect_free(revert->candidate);
    revert->candidate = reflect_clone(revert->best);
    revert->ordinal++;
}

/* Differences. */

struct comparison {
    revert_visit_fn *visit;
    void *user;
    size_t n;
    char path[256];
};

static void compare(struct comparison *comparison, const ProtobufCMessage *from, const ProtobufCMessage *to);

static void compare_value(struct comparison *comparison, const ProtobufCMessage *from, const ProtobufCMessage *to,
                          const ProtobufCFieldDescriptor *field, size_t index)
{
    bool both = index < member_count(from, field) && index < member_count(to, field);
    struct revert_difference difference = { comparison->path, field, from, to, index };

    if (both && reflect_equal_value(from, field, index, to, field, index)) {
        return;
    }
    if (both && member_kind(field) == MEMBER_MESSAGE) {
        compare(comparison, member_message(from, field, index), member_message(to, field, index));
        return;
    }
    comparison->n++;
    if (comparison->visit) {
        comparison->visit(comparison->user, &difference);
    }
}

static void compare(struct comparison *comparison, const ProtobufCMessage *from, const ProtobufCMessage *to)
{
    size_t length = strlen(comparison->path), size = sizeof(comparison->path) - length;

    for (unsigned f = 0; f < from->descriptor->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &from->descriptor->fields[f];
        size_t n = member_count(from, field), other = member_count(to, field);

        for (size_t i = 0; i < n || i < other; i++) {
            char *end = comparison->path + length;
            int used = snprintf(end, size, "%s%s", length ? "." : "", field->name);

            if (member_repeated(field) && used > 0 && (size_t)used < size) {
                snprintf(end + used, size - (size_t)used, "[%zu]", i);
            }
            compare_value(comparison, from, to, field, i);
            *end = 0;
        }
    }
}

size_t revert_differences(const ProtobufCMessage *from, const ProtobufCMessage *to, revert_visit_fn *visit_difference,
                          void *user)
{
    struct comparison comparison = { .visit = visit_difference, .user = user };

    compare(&comparison, from, to);
    return comparison.n;
}

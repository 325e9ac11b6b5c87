/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Brings a message nearer to another of its type: offers candidates in which one difference is taken back, outer before
 * inner, and the caller says which of them still show what is looked for.  Used as reduce.h is, and before it, where a
 * sound message is known: what then stays different is what matters.
 *
 * It ends, and no single difference can be taken back from the result.
 */
#ifndef HARDSTOP_MESSAGE_REVERT_H
#define HARDSTOP_MESSAGE_REVERT_H

#include <stdbool.h>
#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

struct revert {
    ProtobufCMessage *best; /* the nearest message accepted so far; owned */
    /* The rest is its own. */
    ProtobufCMessage *candidate;
    const ProtobufCMessage *reference;
    size_t ordinal; /* of the difference to take back */
    bool improved;  /* something was accepted since the walk last began */
};

/* Begins with a copy of `msg`; `reference`, of the same type, must outlive it. */
void revert_init(struct revert *revert, const ProtobufCMessage *msg, const ProtobufCMessage *reference);
void revert_clear(struct revert *revert);
/* As reduce_next(), reduce_accept() and reduce_reject(). */
bool revert_next(struct revert *revert, const ProtobufCMessage **candidate);
void revert_accept(struct revert *revert);
void revert_reject(struct revert *revert);

/* A leaf in which two messages differ: value `index` of `field` in `from` and `to`, of which one may not have it. */
struct revert_difference {
    const char *path; /* "queue[0].num"; during the call */
    const ProtobufCFieldDescriptor *field;
    const ProtobufCMessage *from, *to;
    size_t index;
};

typedef void revert_visit_fn(void *user, const struct revert_difference *difference);

/* Visits (`visit` may be NULL) the differences of two messages of one type in the order of fields; returns how many. */
size_t revert_differences(const ProtobufCMessage *from, const ProtobufCMessage *to, revert_visit_fn *visit,
                          void *user);

#endif

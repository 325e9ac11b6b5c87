/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Picks the place of one mutation: a single walk over the message, by weighted reservoir sampling.  Each of the n
 * values of a repeated field, with all below it, weighs 1/sqrt(n) of a lone one, so that a long array does not swallow
 * every mutation.  Of a long array of messages that hold none themselves a few, drawn at random, stand for all.
 */
#ifndef HARDSTOP_MESSAGE_PICK_H
#define HARDSTOP_MESSAGE_PICK_H

#include "harness/base/random.h"
#include "harness/message/hints.h"
#include "harness/message/reflect.h"

/* What is to be done at the place. */
enum pick_kind {
    PICK_CHANGE,    /* another value for a scalar or bytes */
    PICK_ADD,       /* set an absent singular field */
    PICK_DELETE,    /* clear a singular field */
    PICK_SWITCH,    /* set another member of a oneof */
    PICK_INSERT,    /* the others: values of a repeated field */
    PICK_REMOVE,
    PICK_DUPLICATE,
    PICK_MOVE,
    PICK_SWAP,
    PICK_SPLICE,    /* copy a range */
    PICK_COPY,      /* put a value from elsewhere here */
    PICK_KINDS,
};

struct pick_level {
    const ProtobufCFieldDescriptor *field;
    size_t index;
};

/* Value `index` of `field` in `msg`; the path leads there from the root and ends with the field itself. */
struct pick {
    ProtobufCMessage *msg;
    const ProtobufCFieldDescriptor *field;
    size_t index;
    unsigned depth;
    struct pick_level path[REFLECT_MAX_DEPTH + 1];
};

/* A place outside frozen fields where `kind` can be done; false when there is none. */
bool pick_place(struct pick *pick, ProtobufCMessage *root, const struct mutate_hints *hints, enum pick_kind kind,
                struct random *random);
/* A value that is compatible with `like`; it is only to be read. */
bool pick_source(struct pick *pick, const ProtobufCMessage *root, const ProtobufCFieldDescriptor *like,
                 struct random *random);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A structure-aware mutator for any protobuf-c message: one small step per call, decided by message, options and the
 * generator's state alone.  Results are reflect_valid() and unpack as they pack.
 */
#ifndef HARDSTOP_MESSAGE_MUTATE_H
#define HARDSTOP_MESSAGE_MUTATE_H

#include "harness/base/random.h"
#include "harness/message/hints.h"
#include "harness/message/pick.h"

/* One step in so many may leave a count that is not that of what it counts; all others set it right again. */
#define MUTATE_UNTIE 20
/* One step in so many sets another member of a oneof, which throws away all that was below the old one. */
#define MUTATE_SWITCH 100

/* All zero is a sensible choice. */
struct mutate_options {
    const struct mutate_hints *hints;
    size_t max_size; /* packed bytes that the result may have; 0: REFLECT_MAX_INPUT */
    size_t size; /* packed bytes of the message, where the caller knows them: counting takes a walk; 0: not known */
    /*
     * Another mutator of bytes, for half of the changes to them: it works in place, has room for `room` bytes, and
     * returns the new size, or 0 when it has nothing to offer.
     */
    size_t (*bytes)(uint8_t *bytes, size_t size, size_t room);
    /*
     * Called behind each step that was made, with `user`: sets right what the message says of itself and a reader
     * checks first, such as a checksum.  It may change any field; what is too large then is cut down, and repaired.
     */
    void (*repair)(void *user, ProtobufCMessage *msg);
    void *user; /* for `repair` */
    char *description; /* gets the step in words: "change stream.section[3].version_id: 2 -> 4294967295" */
    size_t description_size;
};

/*
 * Changes `msg` by one step.  The result is not larger than the limit; a message that was is cut down to it.  Returns
 * false when no step was found; a message over the limit that frozen and required fields keep there also gives false.
 */
bool mutate_step(ProtobufCMessage *msg, const struct mutate_options *options, struct random *random);
/* Puts one value or subtree of `other`, which has any type, into `msg`.  Returns false when none fits. */
bool mutate_cross(ProtobufCMessage *msg, const ProtobufCMessage *other, const struct mutate_options *options,
                  struct random *random);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A deterministic reducer: offers smaller and smaller messages, and the caller says which of them still show what is
 * looked for.  Works in any loop: that of a command, or of what trims a fuzzer's inputs.
 *
 *     reduce_init(&reduce, msg, hints);
 *     while (reduce_next(&reduce, &candidate)) {
 *         shows_it(candidate) ? reduce_accept(&reduce) : reduce_reject(&reduce);
 *     }
 *     use(reduce.best);
 *     reduce_clear(&reduce);
 *
 * It ends, and no single removal that it knows can be made from the result: no element, field or byte less, and no
 * scalar at its default, passes.
 */
#ifndef HARDSTOP_MESSAGE_REDUCE_H
#define HARDSTOP_MESSAGE_REDUCE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/message/hints.h"

struct reduce {
    ProtobufCMessage *best; /* the smallest message accepted so far; owned */
    /* The rest is the reducer's own. */
    ProtobufCMessage *candidate;
    const struct mutate_hints *hints;
    unsigned phase;
    size_t chunk;   /* elements or bytes to take out at once */
    size_t ordinal; /* of the edit, among those of phase and chunk */
    bool improved;  /* something was accepted since the first phase last began */
};

/* Begins with a copy of `msg`; `hints` (may be NULL) must outlive the reducer. */
void reduce_init(struct reduce *reduce, const ProtobufCMessage *msg, const struct mutate_hints *hints);
void reduce_clear(struct reduce *reduce);
/*
 * The next candidate, which never equals `best`; valid until the answer.  Each true is answered by accept or reject.
 * Returns false when there is nothing left to try.
 */
bool reduce_next(struct reduce *reduce, const ProtobufCMessage **candidate);
void reduce_accept(struct reduce *reduce);
void reduce_reject(struct reduce *reduce);

#endif

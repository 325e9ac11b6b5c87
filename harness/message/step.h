/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One step of a mutation: what is done to the value that was picked. */
#ifndef HARDSTOP_MESSAGE_STEP_H
#define HARDSTOP_MESSAGE_STEP_H

#include "harness/base/random.h"
#include "harness/message/hints.h"
#include "harness/message/note.h"
#include "harness/message/pick.h"

/* Packed bytes of a scalar with its tag, at most. */
#define STEP_SCALAR_SIZE 15

struct step {
    const struct mutate_hints *hints;
    size_t (*bytes)(uint8_t *bytes, size_t size, size_t room); /* another mutator of bytes, or NULL: see mutate.h */
    struct random *random;
    const ProtobufCMessage *source; /* where PICK_COPY takes values from */
    size_t room;                    /* packed bytes that the message may grow */
    struct pick at;
    size_t ties; /* counts to be set when the field at the place changes its extent */
    struct note note;
};

/* True when the value at the place may take `growth` packed bytes more, whatever that does to what is around it. */
bool step_fits(const struct step *step, size_t growth);
/*
 * Does `kind` at the place, which pick_place() picked for it, and notes it in words.  False when there is nothing to
 * do there, such as a swap of equal neighbours, or no room.
 */
bool step_take(struct step *step, enum pick_kind kind);

#endif

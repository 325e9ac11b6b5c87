/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mutation in words, in a buffer that may be too small or missing. */
#ifndef HARDSTOP_MESSAGE_NOTE_H
#define HARDSTOP_MESSAGE_NOTE_H

#include "harness/message/pick.h"

struct note {
    char *text;     /* always ends with a zero when there is room at all */
    size_t room;
    size_t written;
};

/* Begins anew with verb and path: "change stream.section[3].version_id". */
void note_place(struct note *note, const char *verb, const struct pick *at);
/* Appends text by printf rules. */
__attribute__((format(printf, 2, 3))) void note_text(struct note *note, const char *fmt, ...);
/* Appends `before` and a value: a scalar as text, of bytes the number, of a message the type. */
void note_value(struct note *note, const char *before, const ProtobufCMessage *msg,
                const ProtobufCFieldDescriptor *field, size_t index);

#endif

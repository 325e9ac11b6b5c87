/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text in pieces, cut at the end of the buffer. */
#include "harness/message/note.h"

#include <stdarg.h>
#include <stdio.h>

#include "harness/message/member.h"
#include "harness/message/text.h"

void note_text(struct note *note, const char *fmt, ...)
{
    size_t left = note->room - note->written;
    va_list args;
    int size;

    if (left == 0) {
        return;
    }
    va_start(args, fmt);
    size = vsnprintf(note->text + note->written, left, fmt, args);
    va_end(args);
    if (size > 0) {
        note->written += (size_t)size < left ? (size_t)size : left - 1;
    }
}

void note_place(struct note *note, const char *verb, const struct pick *at)
{
    note->written = 0;
    if (note->room == 0) {
        return;
    }
    note_text(note, "%s ", verb);
    for (unsigned i = 0; i <= at->depth; i++) {
        note_text(note, "%s%s", i ? "." : "", at->path[i].field->name);
        if (member_repeated(at->path[i].field)) {
            note_text(note, "[%zu]", at->path[i].index);
        }
    }
}

void note_value(struct note *note, const char *before, const ProtobufCMessage *msg,
                const ProtobufCFieldDescriptor *field, size_t index)
{
    char buffer[TEXT_SCALAR_SIZE];
    size_t size;

    if (note->room == 0) {
        return;
    }
    note_text(note, "%s", before);
    switch (member_kind(field)) {
    case MEMBER_SCALAR:
        note_text(note, "%s", text_scalar(field, member_get(msg, field, index), buffer));
        break;
    case MEMBER_BYTES:
        member_bytes(msg, field, index, &size);
        note_text(note, "%zu bytes", size);
        break;
    case MEMBER_MESSAGE:
        note_text(note, "a %s", member_message(msg, field, index)->descriptor->short_name);
        break;
    }
}

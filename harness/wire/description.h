/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which description names the fields of a stream's sections: the one it was sent with, or one kept in the message. */
#ifndef HARDSTOP_WIRE_DESCRIPTION_H
#define HARDSTOP_WIRE_DESCRIPTION_H

#include <stdbool.h>

#include "stream.pb-c.h"

/* JSON of a vmdesc: the one in the message, else the one of the stream's end; NULL where it has neither. */
const ProtobufCBinaryData *description_of(const Hardstop__Stream *stream);

/* Has the stream, which may be NULL, device sections that no table names? */
bool description_is_needed(const Hardstop__Stream *stream);
/* Has the stream, which may be NULL, device sections that neither a table nor a description of its own names? */
bool description_is_missing(const Hardstop__Stream *stream);

/* Puts a copy of a description into the message, or takes the one there out (NULL). */
void description_set(Hardstop__Stream *stream, const ProtobufCBinaryData *json);

/*
 * Puts into the message what the stream's description says of its sections that no table describes, and that are
 * `wanted` (a place for each section; NULL: all), so that they keep their names without the end of the stream.
 */
void description_keep(Hardstop__Stream *stream, const bool *wanted);

#endif

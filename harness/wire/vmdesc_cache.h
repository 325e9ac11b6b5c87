/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptions that were parsed and walked: a loader has one, and each state that it saves has it again. */
#ifndef HARDSTOP_WIRE_VMDESC_CACHE_H
#define HARDSTOP_WIRE_VMDESC_CACHE_H

#include "harness/wire/vmdesc.h"

/*
 * As vmdesc_parse(), of what is kept, if it is; with `json` NULL, or none that can be parsed, one without sections.
 * The caller has it alone until vmdesc_give_back().
 */
void vmdesc_take(struct vmdesc *vmdesc, const ProtobufCBinaryData *json);
/* Keeps it for later, in the place of one that nobody asked for as long; one that costs much is released. */
void vmdesc_give_back(struct vmdesc *vmdesc);

#endif

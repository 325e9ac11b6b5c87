/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Do a payload's table and the stream's description say the same? */
#ifndef HARDSTOP_WIRE_AGREEMENT_H
#define HARDSTOP_WIRE_AGREEMENT_H

#include "harness/wire/payload.h"
#include "harness/wire/vmdesc.h"

/*
 * Does the message, read by the table of `payload` from as many bytes as `described` has, agree with that?  No byte is
 * left that the table has no field for, no field of the table lies across the border of two that are described, and
 * what begins at one place and has one name has one size.
 */
bool agreement_holds(const struct payload *payload, const ProtobufCMessage *message,
                     const struct vmdesc_section *described);

#endif

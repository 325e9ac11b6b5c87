/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a setup's sections are framed, and what its QEMU is told for that. */
#ifndef HARDSTOP_SETUP_FRAMING_H
#define HARDSTOP_SETUP_FRAMING_H

#include "case.pb-c.h"
#include "harness/wire/stream.h"

#define SETUP_FRAMINGS 3
#define SETUP_FRAMING_NAMES "legacy, footer, sized"

/* In the order of enum Framing. */
extern const struct setup_framing {
    const char *name; /* "legacy" ... */
    const char *label; /* beside another: "footers off" ... */
    const char *words; /* for a person */
    enum stream_framing reading;
    const char *globals[3]; /* arguments of -global; ends with NULL */
} setup_framings[SETUP_FRAMINGS];

/* The row of a name; NULL: there is none. */
const struct setup_framing *setup_framing_find(const char *name);
/* The row of a setup; NULL where the machine type decides, or the setup says what there is not. */
const struct setup_framing *setup_framing_of(const Hardstop__Setup *setup);
/* Which reading a stream of the setup wants, STREAM_ANY where the machine type decides; `setup` may be NULL. */
enum stream_framing setup_reading(const Hardstop__Setup *setup);
/* Sets the row as the setup's framing. */
void setup_set_framing(Hardstop__Setup *setup, const struct setup_framing *framing);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest that does nothing. */
#ifndef HARDSTOP_CASE_HALT_H
#define HARDSTOP_CASE_HALT_H

#include "case.pb-c.h"
#include "harness/wire/builder.h"

/*
 * Appends the sections of `captured`, a stream as QEMU saved it, that say whether a processor runs ("cpu_common",
 * cpu.c), with each of them halted: a guest that waits for an interrupt which its processors do not take.  False where
 * the stream does not describe them; nothing is appended then.
 */
bool halt_processors(const Hardstop__Stream *captured, struct builder *out);

#endif

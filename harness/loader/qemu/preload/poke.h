/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Uses a machine that has accepted a stream: see harness/loader/poke.h. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_POKE_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_POKE_H

#include "harness/loader/qemu/protocol.h"

/*
 * Does what `request.pokes` asks for, after save_again().  `answer.poke` says at which it is, `answer.poked` which came
 * to their end.  What this QEMU has no functions for is not done.  All of it is bounded in steps, not in time.
 */
void poke_machine(struct protocol_shared *shared);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Uses an unmodified QEMU that has accepted a stream, by what QMP can do: see harness/loader/poke.h. */
#ifndef HARDSTOP_LOADER_QEMU_USE_H
#define HARDSTOP_LOADER_QEMU_USE_H

#include "harness/loader/poke.h"
#include "harness/loader/qemu/qmp.h"

/*
 * Does those of the set that need no guest that acts; `at` says which is being done.  What QEMU refuses is passed over.
 * 0, or -1 when the connection failed, which `qmp->failure` tells.
 */
int use_machine(struct qmp *qmp, uint32_t pokes, enum poke *at, struct patience *patience, struct hs_error *err);

/* The commands, for a person to type; "": none. */
const char *use_words(uint32_t pokes);

#endif

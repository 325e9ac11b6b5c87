/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A second QEMU, asked beside the first. */
#ifndef HARDSTOP_JUDGE_BESIDE_H
#define HARDSTOP_JUDGE_BESIDE_H

#include "harness/judge/oracle.h"
#include "harness/setup/trust.h"

/*
 * The setup as another QEMU has it, of which `path` is one binary (those of other architectures stand beside it); free
 * it.
 */
Hardstop__Setup *beside_setup(const Hardstop__Setup *setup, const char *path);

/*
 * Gives the oracle a second one, for the same setup in that QEMU; `trust` as for loader_open().  Without a `path`
 * (NULL) the oracle stays as it is.  0, or -1 with a reason.
 */
int beside_open(struct oracle *oracle, const Hardstop__Setup *setup, enum trust trust, const char *path,
                struct hs_error *err);
/* Ends the second one with its loader, if there is one. */
void beside_close(struct oracle *oracle);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Markers of a QEMU in which checks can be taken away: ci/patches/defects-10.0.patch. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_MARKERS_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_MARKERS_H

#include "harness/loader/qemu/protocol.h"

/*
 * Has QEMU set its markers in the answer, where they outlive a load that crashes, and tells their names.  Nothing in a
 * QEMU that has none.
 */
void markers_begin(struct protocol_shared *shared);

#endif

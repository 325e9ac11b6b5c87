/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking a migration stream from what a setup starts. */
#ifndef HARDSTOP_LOADER_CAPTURE_H
#define HARDSTOP_LOADER_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "case.pb-c.h"
#include "harness/base/error.h"
#include "harness/setup/trust.h"

/*
 * Starts the setup's unmodified QEMU, stopped before its first instruction, migrates it out and ends it; of a loader
 * that was added (open.h), what it saves when it has loaded nothing, behind the header of a stream.  `trust` is
 * as for loader_open().  `stream` (free it) and `size` get the stream, from QEVM to the description at its end.  0, or
 * -1 with a reason: a part that a file may not ask for, no such binary, machine or device, a device that cannot be
 * migrated, or no answer within LOADER_CAPTURE_MS.
 */
int capture_stream(const Hardstop__Setup *setup, enum trust trust, uint8_t **stream, size_t *size,
                   struct hs_error *err);
/*
 * The same, but the guest runs first, until it stops by itself: it panics, halts for good, or asks for a reset or to be
 * switched off.  With `small`, it is ours for the setup's QEMU (harness/guest), which brings the first virtio device
 * into use and asks for a reset; else the firmware, and what that starts.  -1 also when it has not within
 * LOADER_RUN_MS, and when ours gave up.
 */
int capture_running(const Hardstop__Setup *setup, enum trust trust, bool small, uint8_t **stream, size_t *size,
                    struct hs_error *err);
/* As capture_stream(), decoded; free it with stream_free() (harness/wire/stream.h).  NULL with a reason. */
Hardstop__Stream *capture_decoded(const Hardstop__Setup *setup, enum trust trust, struct hs_error *err);

#endif

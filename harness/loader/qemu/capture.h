/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking a migration stream from an unmodified QEMU. */
#ifndef HARDSTOP_LOADER_QEMU_CAPTURE_H
#define HARDSTOP_LOADER_QEMU_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include "harness/loader/qemu/qmp.h"

/* From the start of QEMU to the last byte of the stream. */
#define CAPTURE_TIMEOUT_MS 30000

/*
 * Starts the setup's QEMU, stopped before its first instruction, migrates it out and ends it.  `stream` (free it) and
 * `size` get the stream, from QEVM to the description at its end.  0, or -1 with a reason: no such binary, machine or
 * device, a device that cannot be migrated, or no answer within CAPTURE_TIMEOUT_MS.
 */
int capture_stream(const Hardstop__Setup *setup, uint8_t **stream, size_t *size, struct hs_error *err);

/*
 * Starts the setup's QEMU and waits until it takes commands, machine and devices being made.  0, or -1 with a reason
 * that says what to do; qmp_close() and process_kill() are needed in both cases.
 */
int capture_start(struct qmp *qmp, struct process *process, const Hardstop__Setup *setup, int64_t deadline,
                  struct hs_error *err);

/*
 * Migrates a QEMU that takes commands out, into `stream` (free it) and `size`; it goes on to run, stopped.  0, or -1
 * with QEMU's reason: `qmp->failure` is REFUSED when the migration failed and QEMU lives.
 */
int capture_save(struct qmp *qmp, int64_t deadline, uint8_t **stream, size_t *size, struct hs_error *err);

/* Has QEMU end itself; a QEMU that does not is killed. */
void capture_quit(struct qmp *qmp, struct process *process);

#endif

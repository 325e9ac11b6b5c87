/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An unmodified QEMU that takes commands: started, migrated out, ended. */
#ifndef HARDSTOP_LOADER_QEMU_CAPTURE_H
#define HARDSTOP_LOADER_QEMU_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include "case.pb-c.h"
#include "harness/base/error.h"
#include "harness/loader/qemu/command_line.h"
#include "harness/loader/qemu/qmp.h"
#include "harness/setup/trust.h"

/*
 * Starts the QEMU that was prepared for the setup, and waits until it takes commands, machine and devices being made.
 * 0, or -1 with a reason that says what to do; qmp_close() and process_kill() are needed in both cases.
 */
int capture_start(struct qmp *qmp, struct process *process, const Hardstop__Setup *setup,
                  const struct command_line *command, struct patience *patience, struct hs_error *err);

/*
 * Migrates a QEMU that takes commands out, into `stream` (free it) and `size`; it goes on to run, stopped.  Migration
 * capabilities that need a receiver who answers (multifd, postcopy-ram, x-colo ...) are turned off before.  0, or -1
 * with QEMU's reason: `qmp->failure` is REFUSED when the migration failed and QEMU lives.
 */
int capture_save(struct qmp *qmp, struct patience *patience, uint8_t **stream, size_t *size, struct hs_error *err);

/* When it is captured: stopped before its first instruction, or when its firmware, or the small guest, has stopped. */
enum qemu_when { QEMU_FRESH, QEMU_BOOTED, QEMU_SMALL };

/* capture_stream() and capture_running() for a setup whose binary is a QEMU. */
int qemu_capture(const Hardstop__Setup *setup, enum trust trust, enum qemu_when when, uint8_t **stream, size_t *size,
                 struct hs_error *err);

/* What a QEMU is asked that takes commands: 0, or -1 with a reason. */
typedef int capture_ask_fn(void *user, struct qmp *qmp, struct patience *patience, struct hs_error *err);

/* Starts the setup's QEMU, has it asked, and ends it.  0, or -1 with a reason, that of `ask` included. */
int capture_ask(const Hardstop__Setup *setup, enum trust trust, capture_ask_fn *ask, void *user, struct hs_error *err);

/* Has QEMU end itself; a QEMU that does not is killed. */
void capture_quit(struct qmp *qmp, struct process *process);

#endif

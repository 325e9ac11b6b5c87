/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading a stream as a user does: a new, unmodified QEMU with -incoming. */
#ifndef HARDSTOP_LOADER_CONFIRM_H
#define HARDSTOP_LOADER_CONFIRM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "case.pb-c.h"
#include "harness/base/arguments.h"
#include "harness/base/error.h"
#include "harness/loader/loader.h"
#include "harness/setup/trust.h"
#include "harness/wire/builder.h"

struct confirm_limits {
    uint32_t timeout_ms; /* best of processor time; 0: LOADER_TIMEOUT_MS */
    uint64_t most_reads; /* system calls that read; 0: LOADER_READS_BEYOND */
    uint32_t pokes; /* what is done after an accepted load, as far as QMP and qtest can: a set of enum poke */
    bool unsaved; /* it is used as it is loaded, and not saved before */
    uint64_t memory; /* bytes that it may add to the address space of a QEMU without a stream; 0: no limit */
};

struct confirm_result {
    enum outcome outcome;
    bool saving; /* CRASHED, HUNG: it happened while the state was saved again, after the load was accepted */
    enum poke poke; /* CRASHED, HUNG: at which it happened, the load and the save being over; else POKE_NONE */
    enum hang hang; /* HUNG */
    int exit_status; /* of a QEMU that ended by itself, else -1 */
    int signal; /* that ended QEMU, else 0 */
    struct loader_report report; /* CRASHED: of a sanitizer; the signal is then its own */
    struct loader_frame frames[LOADER_FRAMES]; /* of the report */
    size_t n_frames;
    /* QEMU's error output, without what it says without a stream, too; "": none.  A failed save adds its reason. */
    char *text;
    uint64_t address_space; /* bytes that QEMU might have in all; 0: no limit */
    char *command_line; /* for a shell; does what was done here, without our QMP connection */
    char *commands; /* QMP's, that were then given, by their names; "": none */
    struct builder acts; /* what its guest was then made to do: lines for the socket of -qtest; none where it was not */
    uint8_t *saved; /* ACCEPTED: the state migrated out again; NULL when QEMU could not */
    size_t saved_size;
    uint8_t *reset; /* the state after POKE_RESET; NULL: it was not reset, or could not be saved then */
    size_t reset_size;
};

/*
 * Loads the file `path` in a new QEMU of the setup, `trust` being as for loader_open(), within `limits` (NULL: the
 * usual ones).  Rejected is an exit with status 1 and QEMU's words that the load failed; crashed is every other end,
 * also an exit that skips those words; accepted is what QEMU itself calls completed, or a guest that no longer waits
 * for its migration; hung is one that after QEMU's greeting uses `timeout_ms` without reading, or asks
 * `most_reads` times for bytes, or sleeps: all its threads are there, so nobody else would wake it.  The save that
 * follows an accepted load, and what is then done to the machine, have the same limits once more.  Where a machine's
 * guest finds its devices in a way that is known here (platform.h), its acts are done, too; the guest in the stream
 * should do nothing itself then: its processors should be halted.  A saved state is to
 * be compared with that of the undamaged stream, not with the stream itself: a loaded machine may save more than a
 * fresh one.  Call from the main thread.
 * 0, or -1 with a reason when nothing can be said: a part of the setup that a file may not ask for, no such file, a
 * setup that does not start without it either, or a QEMU that gets no processor time.  confirm_result_clear() is needed
 * in both cases; with -1, `command_line` may be NULL.
 */
int confirm_run(const Hardstop__Setup *setup, enum trust trust, const char *path, const struct confirm_limits *limits,
                struct confirm_result *result, struct hs_error *err);
void confirm_result_clear(struct confirm_result *result);

/*
 * Fills the arguments of that QEMU, from its name on, without -incoming: the setup's own, stopped.  0, or -1 with a
 * reason; arguments_clear() is needed in both cases.
 */
int confirm_arguments(const Hardstop__Setup *setup, enum trust trust, struct arguments *arguments,
                      struct hs_error *err);

#endif

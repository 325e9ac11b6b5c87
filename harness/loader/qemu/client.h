/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The real loader: a QEMU that runs beside us with the preload object inside, started once for a setup and restarted
 * when it dies.
 */
#ifndef HARDSTOP_LOADER_QEMU_CLIENT_H
#define HARDSTOP_LOADER_QEMU_CLIENT_H

#include <sys/types.h>

#include "harness/loader/loader.h"

struct qemu_options {
    const char *preload; /* path of the preload object, or NULL to look beside the running program */
    uint64_t memory_limit; /* bytes one load may add to the address space; 0: QEMU_MEMORY_LIMIT */
};

/* No stream of a few MiB needs more; a length field that asks for more must not take the machine down. */
#define QEMU_MEMORY_LIMIT (UINT64_C(2) << 30)

extern const struct loader_class qemu_class;

/*
 * Starts the setup's QEMU (copying `setup`).  `options` may be NULL.  NULL with a reason: no such binary, unknown
 * version, machine or device, preload refused.  Closed with loader_close().
 */
struct loader *qemu_open(const Hardstop__Setup *setup, const struct qemu_options *options, struct hs_error *err);

/* The same by a setup alone, for those who are handed a function that opens a loader: see sweep.h. */
struct loader *qemu_open_setup(void *setup, struct hs_error *err);

/* The version of the running QEMU, "7.2.22". */
const char *qemu_version(const struct loader *loader);
/* The process that serves, for tests that kill it. */
pid_t qemu_pid(const struct loader *loader);
/* How often QEMU had to be started again. */
unsigned qemu_restarts(const struct loader *loader);

/* The path of the preload object; free it.  NULL with a reason when there is none. */
char *qemu_preload_path(struct hs_error *err);

#endif

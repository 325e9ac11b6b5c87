/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The real loader: a QEMU that runs beside us with the preload object inside, started once for a setup and restarted
 * when it dies.
 */
#ifndef HARDSTOP_LOADER_QEMU_CLIENT_H
#define HARDSTOP_LOADER_QEMU_CLIENT_H

#include <sys/types.h>

#include "harness/loader/loader.h"
#include "harness/loader/options.h"
#include "harness/setup/trust.h"

extern const struct loader_class qemu_class;

/* loader_open() for a setup whose binary is a QEMU. */
struct loader *qemu_open(const Hardstop__Setup *setup, enum trust trust, const struct loader_options *options,
                         struct hs_error *err);

/* The process that serves, for tests that kill it. */
pid_t qemu_pid(const struct loader *loader);
/* How often QEMU had to be started again. */
unsigned qemu_restarts(const struct loader *loader);

#endif

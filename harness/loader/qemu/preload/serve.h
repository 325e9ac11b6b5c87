/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loop that replaces QEMU's main loop: one load for each request, in a process of its own or in the runner. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_SERVE_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_SERVE_H

#include "harness/loader/qemu/protocol.h"

/* Serves until the supervisor closes its end of the socket; never returns. */
__attribute__((noreturn)) void serve(struct protocol_shared *shared);

#endif

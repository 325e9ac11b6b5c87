/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Saves the state of a QEMU that has accepted a stream. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_SAVE_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_SAVE_H

#include <stdbool.h>

#include "harness/loader/qemu/protocol.h"

/* Once, before the first load: asks for the numbers of run states. */
void save_prepare(void);

/*
 * Gives the guest its run state, which still belongs to the load; then writes the device sections, their end mark and,
 * unless the request is fast, their description to OUTPUT, and fills in what the answer says of them.
 */
void save_again(struct protocol_shared *shared);

/* Is the guest stopped, with nothing that keeps it from running?  As qmp_cont() asks (monitor/qmp-cmds.c). */
bool save_can_run(void);
/* Stops a guest that runs: devices are told. */
void save_stop(void);
/* Behind that, the device sections of the machine as it is now, with their end mark; nothing if that fails. */
void save_used(struct protocol_shared *shared);

#endif

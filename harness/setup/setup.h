/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Setups: the standard ones, and which of those that come with a file may be started. */
#ifndef HARDSTOP_SETUP_SETUP_H
#define HARDSTOP_SETUP_SETUP_H

#include "case.pb-c.h"
#include "harness/base/error.h"

/* A new setup of the named transport, "ccw" or "pci", with the devices that have payload tables; NULL: no such name. */
Hardstop__Setup *setup_standard(const char *transport, Hardstop__Framing framing);

/* "legacy", "footer", or "machine": as the machine type has it. */
const char *setup_framing_name(const Hardstop__Setup *setup);

/*
 * A case may come from a stranger, and a QEMU command line can start programs, read and write files.  0 when the setup
 * names a qemu-system-* and a machine by bare words, virtio devices (and what they are plugged into) without those
 * of the host, globals of these and of migration, and backends that touch nothing outside the process; else -1 with
 * the part that does not pass.
 */
int setup_check(const Hardstop__Setup *setup, struct hs_error *err);

#endif

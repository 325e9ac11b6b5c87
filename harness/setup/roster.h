/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fuzz targets: "ccw" and "pci" for all devices, and "ccw_net", "pci_gpu" ... for each family of devices that QEMU
 * migrates and that needs no file of the host.  A target is the program NAME_fuzzer.  A loader that the program brings
 * along (brought.h) is a target, too, for setups of its own.
 */
#ifndef HARDSTOP_SETUP_ROSTER_H
#define HARDSTOP_SETUP_ROSTER_H

#include <stdbool.h>
#include <stddef.h>

#include "case.pb-c.h"

/* The name of target number `i`, those for all devices first, valid until the next call; NULL behind the last. */
const char *roster_name(size_t i);
/* True when there is a target of that name. */
bool roster_has(const char *name);
/* True when the target begins with seeds of that setup. */
bool roster_takes(const char *name, const Hardstop__Setup *setup);
/*
 * The setups that a target's seeds are captured from, with that framing: number `i`, the first being the one for input
 * that is no case; a new one, or NULL behind the last and for a name that is none.
 */
Hardstop__Setup *roster_setup(const char *name, size_t i, Hardstop__Framing framing);
/* The idstr's last part of the sections that the target is about; NULL for all devices. */
const char *roster_section(const char *name);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Setups: the standard ones, and how their binaries are called. */
#ifndef HARDSTOP_SETUP_SETUP_H
#define HARDSTOP_SETUP_SETUP_H

#include <stddef.h>

#include "case.pb-c.h"

/* A setup's binary is called this and an architecture; so are Debian's packages. */
#define SETUP_PROGRAM "qemu-system-"
#define SETUP_BINARY(architecture) SETUP_PROGRAM architecture
#define SETUP_PACKAGE(part) SETUP_PROGRAM part

/* A new setup of the transport, "ccw", "pci" or "mmio", with devices that have payload tables; NULL: no such name. */
Hardstop__Setup *setup_standard(const char *transport, Hardstop__Framing framing);

/* As in framing.h; "machine": as the machine type has it. */
const char *setup_framing_name(const Hardstop__Setup *setup);

/* The setup's binary without its folder: what the program calls itself; NULL where the setup names none. */
const char *setup_program(const Hardstop__Setup *setup);

/* Where the architecture stands in the path of a qemu-system-ARCHITECTURE, with or without -VERSION; else NULL. */
const char *setup_architecture_in(const char *path, size_t *length);

/*
 * "s390x" of a binary that is called qemu-system-s390x, with or without -VERSION behind, or of one with any name that
 * has a machine of s390x; "" where neither tells.
 */
struct setup_name {
    char text[16];
};
struct setup_name setup_architecture(const Hardstop__Setup *setup);

/*
 * The value of -m; "" when there is none.  In the place of "least" it is what every version of the architecture's
 * machines starts with: s390x refuses less than its firmware's 3 MiB from QEMU 8 on, pseries less than 80 MiB.
 */
const char *setup_memory(const Hardstop__Setup *setup);

/* The Debian package that brings a binary of that name. */
const char *setup_package(const char *binary);

#endif

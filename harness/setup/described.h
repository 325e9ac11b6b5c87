/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices of QEMU 7.2 that no table of ours describes, and what each needs: the stream's own description names their
 * fields.  The rows of all that is done for every such device.
 */
#ifndef HARDSTOP_SETUP_DESCRIBED_H
#define HARDSTOP_SETUP_DESCRIBED_H

#include "case.pb-c.h"

struct described {
    const char *name; /* one word */
    const char *sections; /* the last parts of its sections' idstrs, between spaces */
    const char *machine; /* with FAMILY_VERSION behind it */
    const char *device[3]; /* -device */
    const char *option[4]; /* further arguments */
};

/* All of them; ends with a row whose name is NULL. */
extern const struct described described_devices[];

/* The device of that name, or NULL. */
const struct described *described_find(const char *name);

/* A new setup with the device. */
Hardstop__Setup *described_setup(const struct described *device, Hardstop__Framing framing);

#endif

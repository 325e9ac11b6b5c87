/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtio devices that QEMU 7.2 makes, and what each needs: the rows of all that is done for every device. */
#ifndef HARDSTOP_SETUP_FAMILY_H
#define HARDSTOP_SETUP_FAMILY_H

#include <stdbool.h>

#include "case.pb-c.h"

/* Of the machine types that seeds are captured from; newer QEMUs have them, too. */
#define FAMILY_VERSION "7.2"
/* The machine type whose devices are on virtio-mmio; it has no versions. */
#define FAMILY_MMIO_MACHINE "microvm"

enum family_transport {
    FAMILY_CCW, /* qemu-system-s390x */
    FAMILY_PCI, /* qemu-system-x86_64, q35; on the root bus: transitional where the device can be that */
    FAMILY_PCIE, /* the same, behind a root port: not transitional, 4096 bytes of configuration space */
    FAMILY_MMIO, /* qemu-system-x86_64, microvm */
    FAMILY_TRANSPORTS,
};

/* "ccw", "pci", "pcie", "mmio". */
const char *family_transport_name(enum family_transport transport);
/* The transport of that name, or FAMILY_TRANSPORTS. */
enum family_transport family_transport_find(const char *name);
/* All names, with this between them; free it. */
char *family_transport_names(const char *separator);
/* The QEMU that serves it. */
const char *family_transport_binary(enum family_transport transport);
/* Could a setup's QEMU and machine have devices on it?  pci serves what pcie serves. */
bool family_transport_serves(enum family_transport transport, const Hardstop__Setup *setup);

struct family {
    const char *name; /* "net", "blk-mq" ...: one word, also the name of its seeds */
    const char *target; /* the name without a variant, "net", "blk": which fuzz target takes it */
    const char *section; /* the last part of its section's idstr */
    const char *blocked; /* why QEMU does not migrate it; NULL where it does */
    const char *host; /* a file of the host without which it cannot be made; NULL: none */
    const char *device[FAMILY_TRANSPORTS]; /* -device; NULL: not on that transport */
    const char *more[3]; /* further -device: disks, ports */
    const char *option[6]; /* further arguments */
    const char *memory; /* -m; NULL: the default */
};

/* All of them; ends with a row whose name is NULL. */
extern const struct family families[];

/* The family of that name, or NULL. */
const struct family *family_find(const char *name);

/*
 * A new setup with the device on that transport, and a virtio-rng behind it, so that its section is not the last.
 * NULL where the device is not to be had there.  With `host` set, trust_check() refuses it as a file's.
 */
Hardstop__Setup *family_setup(const struct family *family, enum family_transport transport,
                              Hardstop__Framing framing);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest does with its devices, through the buses of its machine: the same in the served QEMU and, through its
 * qtest socket, in an unmodified one.  Nothing here calls QEMU: the object inside it has this file, too.
 */
#ifndef HARDSTOP_LOADER_QEMU_ACTS_H
#define HARDSTOP_LOADER_QEMU_ACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/loader/poke.h"

/* How a guest finds its devices. */
enum acts_platform {
    ACTS_NONE, /* otherwise, or not known here */
    ACTS_PC, /* PCI functions, by ports 0xcf8 and 0xcfc */
    ACTS_MICROVM, /* virtio-mmio, where VIRTIO_MMIO_BASE of include/hw/i386/microvm.h says */
};

/* One access to memory, or to an I/O port. */
struct acts_access {
    uint64_t address;
    uint8_t size; /* 1, 2 or 4 bytes */
    bool is_port, is_write;
};

struct acts_bus {
    /* `value` is written, or gets what was read.  False: the machine is gone, and nothing more is asked of it. */
    bool (*access)(void *user, const struct acts_access *access, uint32_t *value);
    void *user;
    bool is_gone;
};

/* The pokes that a guest does on that platform; what it does for others is up to the caller. */
#define ACTS_POKES (POKE_BIT(POKE_KICK) | POKE_BIT(POKE_CONFIG) | POKE_BIT(POKE_REGISTERS))

/*
 * Does one of them: gives each PCI function an address, as firmware does, but those that come with the machine, and
 *   KICK       notifies each queue of each virtio device;
 *   CONFIG     reads each byte of each virtio device's configuration, and writes it at its bounds;
 *   REGISTERS  does so with the registers of each function: of each 4 KiB the first 256 bytes, in 1, 2 and 4 bytes.
 * The same accesses in the same order where the machine answers the same.  False where the machine is gone.
 */
bool acts_do(struct acts_bus *bus, enum acts_platform platform, enum poke poke);

#endif

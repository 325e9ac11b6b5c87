/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is done to a machine after an accepted load, as a guest that runs, a management tool and the world outside would
 * (RETRY: after a rejected one): in this order, each once.  A set of them has the bit 1 << N for each.  The numbers are
 * those of `enum Poke` in proto/case.proto, but for POKE_NONE.
 */
#ifndef HARDSTOP_LOADER_POKE_H
#define HARDSTOP_LOADER_POKE_H

#include <stdint.h>

enum poke {
    POKE_NONE,
    POKE_CONT, /* the guest runs, as far as devices are told; no instruction of it is executed */
    POKE_CLOCK, /* time passes, in some rounds of the main loop: timers, bottom halves */
    POKE_KICK, /* each queue of each virtio device is notified, then time passes */
    POKE_INPUT = 11, /* a packet comes for each NIC, bytes for each character device, a key, a button and a move */
    POKE_CONFIG = 4, /* each byte of the configuration of each virtio device is read, and written at its bounds */
    POKE_REGISTERS, /* so is each register of each device that the setup names */
    POKE_STOP, /* the guest is stopped, and its state saved, and not looked at */
    POKE_RESET, /* the machine is reset, and its state saved: of what was loaded nothing may be left */
    POKE_UNPLUG, /* each device that the setup names is asked to go, then time passes */
    /* After a rejected load of device sections: the machine is reset, loads the undamaged stream, and is saved. */
    POKE_RETRY,
    /* All the while, what goes to guest memory and to backends is watched: of fresh host memory nothing should. */
    POKE_WATCH,
    POKES = 12,
};

/* Of these a fast load does as well: what they leave is in the process's memory, and is put back. */
#define POKE_FAST                                                                                   \
    (POKE_BIT(POKE_CONT) | POKE_BIT(POKE_CLOCK) | POKE_BIT(POKE_KICK) | POKE_BIT(POKE_INPUT) |      \
     POKE_BIT(POKE_CONFIG) | POKE_BIT(POKE_REGISTERS) | POKE_BIT(POKE_STOP))

#define POKE_BIT(poke) (UINT32_C(1) << (poke))
#define POKE_ALL (POKE_BIT(POKES) - POKE_BIT(POKE_NONE + 1))

#endif

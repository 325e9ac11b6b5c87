/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest memory that sections of virtio devices need where a guest has brought the devices into use: their rings. */
#ifndef HARDSTOP_CASE_RINGS_H
#define HARDSTOP_CASE_RINGS_H

#include "case.pb-c.h"

/*
 * Adds to the case's guest memory the rings of all queues of its virtio sections, as they are in the RAM of its stream:
 * an index in a section is checked against those (virtio_load() in hw/virtio/virtio.c, QEMU 7.2).  Zeros behind the
 * last byte that is none are left out, and so is what is not in the first RINGS_MOST bytes of memory, where addresses
 * and places in RAM may differ.  A case with guest memory whose stream has no RAM keeps what it has.
 */
void rings_take(Hardstop__Case *test);

#define RINGS_MOST (UINT64_C(2) << 30)

#endif

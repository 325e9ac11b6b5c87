/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ring of io_uring belongs to the process that made it, and loads are done in forks. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_RINGS_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_RINGS_H

/*
 * From here on the process gets no ring, as on a Linux that has none: QEMU's main loop, which has one from 11.0 on,
 * then polls as earlier ones do.
 */
void rings_refuse(void);

#endif

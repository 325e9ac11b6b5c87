/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a machine in use writes to its guest's memory, and hands to what its devices are connected to. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_WATCH_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_WATCH_H

#include <stddef.h>
#include <sys/uio.h>

#include "harness/loader/qemu/protocol.h"

/* Takes room for what is kept, before a limit is set to what the load may take. */
void watch_reserve(void);
/* From here on. */
void watch_begin(void);
/* Bytes that go to a descriptor; what is no file, socket, pipe or device of the host's is not kept. */
void watch_bytes(int fd, const struct iovec *parts, int n);
/*
 * Up to here: puts into OUTPUT, behind the states, `answer.written_size` bytes of records, each a struct
 * loader_written and its bytes.  What guest memory holds now and did not hold before is in the order of its blocks.
 */
void watch_end(struct protocol_shared *shared);

#endif

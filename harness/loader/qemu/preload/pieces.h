/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stream that a load reads, where it is made of pieces: see protocol.h. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_PIECES_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_PIECES_H

#include <sys/types.h>
#include <sys/uio.h>

#include "harness/loader/qemu/protocol.h"

/* The next load reads what the request describes, from its first byte on. */
void pieces_begin(const struct protocol_shared *shared);
/* As readv() on `fd`, which is open on INPUT; where the stream is made of pieces, from the next one. */
ssize_t pieces_read(int fd, const struct iovec *parts, int n);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads one piece after the other, each from the file that it is in. */
#include "harness/loader/qemu/preload/pieces.h"

#include <sys/syscall.h>
#include <unistd.h>

static struct protocol_piece piece;
static uint32_t left;
static uint64_t next;

void pieces_begin(const struct protocol_shared *shared)
{
    piece.size = 0;
    left = shared->request.n_pieces;
    next = shared->request.pieces;
}

ssize_t pieces_read(int fd, const struct iovec *parts, int n)
{
    size_t size;
    ssize_t got;

    while (!piece.size && left) {
        if (syscall(SYS_pread64, PROTOCOL_FD_CONTROL, &piece, sizeof(piece), next) != (ssize_t)sizeof(piece)) {
            _exit(3);
        }
        next += sizeof(piece);
        left--;
    }
    if (!piece.size) {
        return syscall(SYS_readv, fd, parts, n);
    }
    size = parts->iov_len < piece.size ? parts->iov_len : piece.size;
    got = syscall(SYS_pread64, piece.fd, parts->iov_base, size, piece.offset);
    if (got > 0) {
        piece.offset += (uint64_t)got;
        piece.size -= (uint64_t)got;
    }
    return got;
}

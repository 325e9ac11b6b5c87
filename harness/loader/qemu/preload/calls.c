/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interposes calls in which the kernel writes where the caller says: on a protected page it would fail, and raise no
 * signal.
 */
#include "harness/loader/qemu/preload/calls.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "harness/loader/qemu/preload/isolate.h"

#define INTERPOSED __attribute__((visibility("default")))

static int input = -1;
static bool input_ended;

void calls_begin_input(int fd)
{
    input = fd;
    input_ended = false;
}

static void touch_parts(const struct iovec *parts, int n)
{
    for (int i = 0; i < n; i++) {
        isolate_touch(parts[i].iov_base, parts[i].iov_len);
    }
}

INTERPOSED ssize_t read(int fd, void *buffer, size_t size)
{
    isolate_touch(buffer, size);
    return syscall(SYS_read, fd, buffer, size);
}

INTERPOSED ssize_t readv(int fd, const struct iovec *parts, int n)
{
    ssize_t got;

    /* A loader that has come to the end goes on asking, for each byte that it misses. */
    if (fd == input && input_ended) {
        return 0;
    }
    touch_parts(parts, n);
    got = syscall(SYS_readv, fd, parts, n);
    input_ended |= fd == input && got == 0;
    return got;
}

INTERPOSED ssize_t pread64(int fd, void *buffer, size_t size, off64_t offset)
{
    isolate_touch(buffer, size);
    return syscall(SYS_pread64, fd, buffer, size, offset);
}

INTERPOSED ssize_t preadv64(int fd, const struct iovec *parts, int n, off64_t offset)
{
    touch_parts(parts, n);
    return syscall(SYS_preadv, fd, parts, n, (unsigned long)offset, 0ul);
}

INTERPOSED int poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
    isolate_touch(fds, n * sizeof(*fds));
    return (int)syscall(SYS_poll, fds, n, timeout_ms);
}

INTERPOSED int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
    /* The kernel writes the time that is left. */
    struct timespec copy = timeout ? *timeout : (struct timespec){ 0 };

    isolate_touch(fds, n * sizeof(*fds));
    return (int)syscall(SYS_ppoll, fds, n, timeout ? &copy : NULL, mask, _NSIG / 8);
}

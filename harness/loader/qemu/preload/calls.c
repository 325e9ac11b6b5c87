/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interposes calls in which the kernel writes where the caller says, which on a protected page would fail and raise no
 * signal, calls that take memory away, and those that would write into the stream.
 */
#include "harness/loader/qemu/preload/calls.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "harness/loader/qemu/preload/beyond.h"
#include "harness/loader/qemu/preload/isolate.h"
#include "harness/loader/qemu/preload/pieces.h"
#include "harness/loader/qemu/preload/watch.h"

#define INTERPOSED __attribute__((visibility("default")))

static int input = -1;
static bool input_ended;
static size_t portion;

void calls_begin_input(int fd, size_t most)
{
    input = fd;
    input_ended = false;
    portion = most;
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
        beyond_ask();
        return 0;
    }
    touch_parts(parts, n);
    if (fd != input) {
        return syscall(SYS_readv, fd, parts, n);
    }
    got = pieces_read(fd, &(struct iovec){ parts->iov_base, parts->iov_len < portion ? parts->iov_len : portion }, 1);
    input_ended |= got == 0;
    return got;
}

/* The channel back to the sender, who is not there.  The "cat" of a plain -incoming "exec:cat FILE" reads it not. */
INTERPOSED ssize_t writev(int fd, const struct iovec *parts, int n)
{
    ssize_t size = 0;

    if (fd < 0 || fd != input) {
        watch_bytes(fd, parts, n);
        return syscall(SYS_writev, fd, parts, n);
    }
    for (int i = 0; i < n; i++) {
        size += (ssize_t)parts[i].iov_len;
    }
    return size;
}

INTERPOSED ssize_t write(int fd, const void *bytes, size_t size)
{
    watch_bytes(fd, &(struct iovec){ (void *)bytes, size }, 1);
    return syscall(SYS_write, fd, bytes, size);
}

INTERPOSED ssize_t pwritev64(int fd, const struct iovec *parts, int n, off64_t offset)
{
    watch_bytes(fd, parts, n);
    return syscall(SYS_pwritev, fd, parts, n, (unsigned long)offset, 0ul);
}

INTERPOSED ssize_t pwritev(int fd, const struct iovec *parts, int n, off_t offset)
{
    return pwritev64(fd, parts, n, offset);
}

INTERPOSED ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
    return pwritev64(fd, &(struct iovec){ (void *)bytes, size }, 1, offset);
}

INTERPOSED ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    return pwrite64(fd, bytes, size, offset);
}

INTERPOSED ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    watch_bytes(fd, message->msg_iov, (int)message->msg_iovlen);
    return syscall(SYS_sendmsg, fd, message, flags);
}

INTERPOSED ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    watch_bytes(fd, &(struct iovec){ (void *)bytes, size }, 1);
    return syscall(SYS_sendto, fd, bytes, size, flags, NULL, 0ul);
}

INTERPOSED ssize_t pread64(int fd, void *buffer, size_t size, off64_t offset)
{
    isolate_touch(buffer, size);
    return syscall(SYS_pread64, fd, buffer, size, offset);
}

INTERPOSED ssize_t pread(int fd, void *buffer, size_t size, off_t offset)
{
    return pread64(fd, buffer, size, offset);
}

/* What a fortified program calls. */
INTERPOSED ssize_t __pread64_chk(int fd, void *buffer, size_t size, off64_t offset, size_t limit);
INTERPOSED ssize_t __pread64_chk(int fd, void *buffer, size_t size, off64_t offset, size_t limit)
{
    if (size > limit) {
        abort();
    }
    return pread64(fd, buffer, size, offset);
}

INTERPOSED ssize_t preadv64(int fd, const struct iovec *parts, int n, off64_t offset)
{
    touch_parts(parts, n);
    return syscall(SYS_preadv, fd, parts, n, (unsigned long)offset, 0ul);
}

INTERPOSED ssize_t preadv(int fd, const struct iovec *parts, int n, off_t offset)
{
    return preadv64(fd, parts, n, offset);
}

INTERPOSED int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
    /* The kernel writes the time that is left. */
    struct timespec copy = timeout ? *timeout : (struct timespec){ 0 };

    isolate_touch(fds, n * sizeof(*fds));
    return (int)syscall(SYS_ppoll, fds, n, timeout ? &copy : NULL, mask, _NSIG / 8);
}

/* Not every architecture has a system call of that name. */
INTERPOSED int poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
    struct timespec timeout = { .tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000L };

    return ppoll(fds, n, timeout_ms < 0 ? NULL : &timeout, NULL);
}

/* What was there goes away, though as many pages may come in its place. */
INTERPOSED int munmap(void *address, size_t size)
{
    isolate_lose(address);
    return (int)syscall(SYS_munmap, address, size);
}

/* QEMU keeps guest RAM out of its children; a load runs in a child and needs it. */
INTERPOSED int madvise(void *address, size_t size, int advice)
{
    if (advice == MADV_DONTNEED || advice == MADV_REMOVE || advice == MADV_FREE) {
        isolate_lose(address);
    }
    return advice == MADV_DONTFORK ? 0 : (int)syscall(SYS_madvise, address, size, advice);
}

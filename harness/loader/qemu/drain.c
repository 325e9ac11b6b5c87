/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A thread that reads a pipe. */
#include "harness/loader/qemu/drain.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"

enum {
    LEAST_ROOM = 64 << 10, /* a pipe's usual size */
    PIPE_SIZE = 1 << 20,
};

/* True while there may be more. */
static bool take(struct drain *drain)
{
    ssize_t n;

    if (drain->capacity - drain->size < LEAST_ROOM) {
        drain->capacity = drain->capacity ? drain->capacity * 2 : 4 * LEAST_ROOM;
        drain->bytes = hs_resize(drain->bytes, drain->capacity, 1);
    }
    n = read(drain->from, drain->bytes + drain->size, drain->capacity - drain->size);
    if (n < 0) {
        drain->error = errno;
    }
    drain->size += n > 0 ? (size_t)n : 0;
    return n > 0;
}

static void *read_all(void *user)
{
    struct drain *drain = user;
    struct pollfd fds[2] = { { .fd = drain->from, .events = POLLIN }, { .fd = drain->stop[0], .events = POLLIN } };
    bool goes_on = true;

    while (goes_on) {
        if (poll(fds, 2, -1) < 0) {
            goes_on = errno == EINTR;
        } else if (fds[0].revents) {
            goes_on = take(drain);
        } else {
            goes_on = false;
        }
    }
    return NULL;
}

int drain_begin(struct drain *drain, struct hs_error *err)
{
    int data[2];

    memset(drain, 0, sizeof(*drain));
    if (pipe2(data, O_CLOEXEC) < 0) {
        return hs_fail(err, HS_NO_OFFSET, "no pipe: %s", strerror(errno));
    }
    if (pipe2(drain->stop, O_CLOEXEC) < 0) {
        hs_fail(err, HS_NO_OFFSET, "no pipe: %s", strerror(errno));
        goto no_stop;
    }
    fcntl(data[1], F_SETPIPE_SZ, PIPE_SIZE);
    drain->from = data[0];
    drain->error = pthread_create(&drain->thread, NULL, read_all, drain);
    if (drain->error) {
        hs_fail(err, HS_NO_OFFSET, "no thread: %s", strerror(drain->error));
        goto no_thread;
    }
    return data[1];

no_thread:
    close(drain->stop[0]);
    close(drain->stop[1]);
no_stop:
    close(data[0]);
    close(data[1]);
    return -1;
}

int drain_end(struct drain *drain, bool all, uint8_t **bytes, size_t *size, struct hs_error *err)
{
    if (!all) {
        close(drain->stop[1]);
    }
    pthread_join(drain->thread, NULL);
    if (all) {
        close(drain->stop[1]);
    }
    close(drain->stop[0]);
    close(drain->from);
    if (all && !drain->error) {
        *bytes = drain->bytes;
        *size = drain->size;
        return 0;
    }
    free(drain->bytes);
    return all ? hs_fail(err, HS_NO_OFFSET, "the stream cannot be read: %s", strerror(drain->error)) : -1;
}

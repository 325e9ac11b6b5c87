/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line for each access, and one for its answer. */
#include "harness/loader/qemu/qtest.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The socket's number in QEMU, beside QMP's. */
#define CHILD_FD 211

#define TEXT(macro) TEXT_OF(macro)
#define TEXT_OF(text) #text

int qtest_prepare(struct qtest *qtest, struct arguments *arguments, struct process_given *given, struct hs_error *err)
{
    int pair[2];

    memset(qtest, 0, sizeof(*qtest));
    qtest->fd = qtest->child = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        return hs_fail(err, HS_NO_OFFSET, "no socket pair: %s", strerror(errno));
    }
    qtest->fd = pair[0];
    qtest->child = pair[1];
    /* QEMU looks for a device of that very name. */
    arguments_add(arguments, "-chardev");
    arguments_add(arguments, "socket,id=qtest,fd=" TEXT(CHILD_FD));
    arguments_add(arguments, "-qtest");
    arguments_add(arguments, "chardev:qtest");
    arguments_add(arguments, "-qtest-log");
    arguments_add(arguments, "/dev/null");
    process_give(given, pair[1], CHILD_FD);
    return 0;
}

void qtest_started(struct qtest *qtest)
{
    if (qtest->child >= 0) {
        close(qtest->child);
        qtest->child = -1;
    }
}

void qtest_close(struct qtest *qtest)
{
    qtest_started(qtest);
    if (qtest->fd >= 0) {
        close(qtest->fd);
        qtest->fd = -1;
    }
}

/* "outl 0xcf8 0x80000000"; the length, with its end. */
static size_t write_line(const struct acts_access *access, uint32_t written, char *line, size_t size)
{
    const char *name = access->is_port ? (access->is_write ? "out" : "in") : access->is_write ? "write" : "read";
    char value[16] = "";

    if (access->is_write) {
        snprintf(value, sizeof(value), " 0x%" PRIx32, written);
    }
    return (size_t)snprintf(line, size, "%s%c 0x%" PRIx64 "%s\n", name,
                            access->size == 1 ? 'b' : access->size == 2 ? 'w' : 'l', access->address, value);
}

/* More of the answer; false when QEMU is gone, or patience is. */
static bool receive(struct qtest *qtest)
{
    struct pollfd fd = { .fd = qtest->fd, .events = POLLIN };
    ssize_t n = -1;

    while (n < 0) {
        int ready = poll(&fd, 1, patience_pause(qtest->patience));

        if (ready > 0) {
            n = recv(qtest->fd, qtest->buffer + qtest->length, sizeof(qtest->buffer) - 1 - qtest->length, MSG_DONTWAIT);
        }
        if ((ready > 0 && n < 0 && errno != EAGAIN && errno != EINTR) || (ready < 0 && errno != EINTR)) {
            return false;
        }
        if (ready == 0 && patience_is_over(qtest->patience)) {
            qtest->is_late = true;
            return false;
        }
    }
    qtest->length += (size_t)n;
    return n > 0;
}

/* The next line, without its end, in `line`; what does not fit is lost. */
static bool take_line(struct qtest *qtest, char *line, size_t size)
{
    char *end;
    size_t length;

    while (!(end = memchr(qtest->buffer, '\n', qtest->length))) {
        if (qtest->length == sizeof(qtest->buffer) - 1) {
            qtest->length = 0;
        }
        if (!receive(qtest)) {
            return false;
        }
    }
    length = (size_t)(end - qtest->buffer);
    snprintf(line, size, "%.*s", (int)length, qtest->buffer);
    qtest->length -= length + 1;
    memmove(qtest->buffer, end + 1, qtest->length);
    return true;
}

static bool is_answer(const char *line)
{
    return strncmp(line, "OK", 2) == 0 || strncmp(line, "FAIL", 4) == 0 || strncmp(line, "ERR", 3) == 0;
}

static bool access_bus(void *user, const struct acts_access *access, uint32_t *value)
{
    struct qtest *qtest = user;
    char line[128];
    size_t length = write_line(access, *value, line, sizeof(line));

    if (qtest->lines) {
        builder_put(qtest->lines, line, length);
    }
    if (send(qtest->fd, line, length, MSG_NOSIGNAL) != (ssize_t)length) {
        return false;
    }
    do {
        if (!take_line(qtest, line, sizeof(line))) {
            return false;
        }
    } while (!is_answer(line));
    if (!access->is_write && strncmp(line, "OK ", 3) == 0) {
        *value = (uint32_t)strtoull(line + 3, NULL, 0);
    }
    return true;
}

struct acts_bus qtest_bus(struct qtest *qtest)
{
    return (struct acts_bus){ .access = access_bus, .user = qtest };
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Speaks QMP over a socket with time limits and bounded messages. */
#include "harness/loader/qemu/qmp.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

/* The socket's number in QEMU: above what the preload protocol uses. */
#define CHILD_FD 210
#define CHUNK 4096

#define TEXT(macro) TEXT_OF(macro)
#define TEXT_OF(text) #text

static int gone(struct qmp *qmp, struct hs_error *err)
{
    qmp->failure = QMP_FAILURE_GONE;
    return hs_fail(err, HS_NO_OFFSET, "QEMU closed its QMP connection");
}

static int await(struct qmp *qmp, short events, struct patience *patience, struct hs_error *err)
{
    struct pollfd fd = { .fd = qmp->fd, .events = events };

    for (;;) {
        int n = poll(&fd, 1, patience_pause(patience));

        if (n > 0) {
            return 0;
        }
        if (n < 0 && errno != EINTR) {
            qmp->failure = QMP_FAILURE_GONE;
            return hs_fail(err, HS_NO_OFFSET, "cannot wait for QEMU: %s", strerror(errno));
        }
        if (n == 0 && patience_is_over(patience)) {
            qmp->failure = QMP_FAILURE_LATE;
            return hs_fail(err, HS_NO_OFFSET, "QEMU did not answer on QMP in time");
        }
    }
}

static int receive(struct qmp *qmp, struct patience *patience, struct hs_error *err)
{
    ssize_t n;

    if (qmp->capacity - qmp->length < CHUNK) {
        qmp->capacity = qmp->capacity * 2 + CHUNK;
        qmp->buffer = hs_resize(qmp->buffer, qmp->capacity, 1);
    }
    do {
        if (await(qmp, POLLIN, patience, err) < 0) {
            return -1;
        }
        n = recv(qmp->fd, qmp->buffer + qmp->length, qmp->capacity - qmp->length, MSG_DONTWAIT);
    } while (n < 0 && (errno == EAGAIN || errno == EINTR));
    if (n <= 0) {
        return gone(qmp, err);
    }
    qmp->length += (size_t)n;
    return 0;
}

static int garbled(struct qmp *qmp, struct hs_error *err, const char *reason)
{
    qmp->failure = QMP_FAILURE_GARBLED;
    return hs_fail(err, HS_NO_OFFSET, "not a QMP message: %s", reason);
}

/* One message is one line. */
static json_t *take_message(struct qmp *qmp, struct patience *patience, struct hs_error *err)
{
    json_error_t reason;
    json_t *message;
    char *end = NULL;
    size_t size;

    while (!qmp->length || !(end = memchr(qmp->buffer + qmp->scanned, '\n', qmp->length - qmp->scanned))) {
        qmp->scanned = qmp->length;
        if (qmp->length > QMP_MESSAGE_MAX) {
            garbled(qmp, err, "too long");
            return NULL;
        }
        if (receive(qmp, patience, err) < 0) {
            return NULL;
        }
    }
    size = (size_t)(end + 1 - qmp->buffer);
    message = json_loadb(qmp->buffer, size, 0, &reason);
    qmp->length -= size;
    qmp->scanned = 0;
    memmove(qmp->buffer, qmp->buffer + size, qmp->length);
    if (message && !json_is_object(message)) {
        json_decref(message);
        message = NULL;
        garbled(qmp, err, "not an object");
    } else if (!message) {
        garbled(qmp, err, reason.text);
    }
    return message;
}

/* Takes over the connected socket `fd` and waits for QEMU's greeting. */
static int take_over(struct qmp *qmp, int fd, struct patience *patience, struct hs_error *err)
{
    json_t *greeting;
    int result = 0;

    memset(qmp, 0, sizeof(*qmp));
    qmp->fd = fd;
    greeting = take_message(qmp, patience, err);
    if (!greeting) {
        return -1;
    }
    if (!json_object_get(greeting, "QMP")) {
        result = garbled(qmp, err, "no greeting");
    }
    json_decref(greeting);
    return result;
}

void qmp_close(struct qmp *qmp)
{
    if (qmp->fd >= 0) {
        close(qmp->fd);
        qmp->fd = -1;
    }
    free(qmp->buffer);
    qmp->buffer = NULL;
    qmp->length = qmp->scanned = qmp->capacity = 0;
}

static int send_message(struct qmp *qmp, const char *text, size_t size, int fd, struct patience *patience,
                        struct hs_error *err)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };

    memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
    while (size) {
        struct iovec part = { .iov_base = (char *)text, .iov_len = size };
        struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
        ssize_t n;

        if (fd >= 0) {
            message.msg_control = &control;
            message.msg_controllen = sizeof(control.space);
        }
        if (await(qmp, POLLOUT, patience, err) < 0) {
            return -1;
        }
        n = sendmsg(qmp->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            continue;
        }
        if (n < 0) {
            return gone(qmp, err);
        }
        text += n;
        size -= (size_t)n;
        fd = -1;
    }
    return 0;
}

static int await_return(struct qmp *qmp, const char *command, struct patience *patience, json_t **result,
                        struct hs_error *err)
{
    json_t *message, *error, *value;
    const char *reason;

    for (;;) {
        message = take_message(qmp, patience, err);
        if (!message) {
            return -1;
        }
        value = json_object_get(message, "return");
        error = json_object_get(message, "error");
        if (value || error) {
            break;
        }
        json_decref(message);
    }
    if (error) {
        reason = json_string_value(json_object_get(error, "desc"));
        qmp->failure = QMP_FAILURE_REFUSED;
        hs_fail(err, HS_NO_OFFSET, "QEMU refuses %s: %s", command, reason ? reason : "no reason given");
    } else if (result) {
        *result = json_incref(value);
    }
    json_decref(message);
    return error ? -1 : 0;
}

int qmp_execute(struct qmp *qmp, const char *command, json_t *arguments, int fd, struct patience *patience,
                json_t **result, struct hs_error *err)
{
    json_t *request = json_object();
    char *text, *line;
    int status = 0;

    HS_CHECK(qmp->failure == QMP_FAILURE_NONE || qmp->failure == QMP_FAILURE_REFUSED, "%s on a connection that failed",
             command);
    qmp->failure = QMP_FAILURE_NONE;
    status |= json_object_set_new(request, "execute", json_string(command));
    if (arguments) {
        status |= json_object_set_new(request, "arguments", arguments);
    }
    text = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    HS_CHECK(status == 0 && text, "the arguments of %s make no JSON text", command);
    line = hs_format("%s\n", text);
    status = send_message(qmp, line, strlen(line), fd, patience, err);
    free(line);
    free(text);
    return status < 0 ? -1 : await_return(qmp, command, patience, result, err);
}

int qmp_start(struct qmp *qmp, struct process *process, const char *path, const struct arguments *arguments,
              const struct process_given *given, struct hs_error *err)
{
    struct process_given with_ours = given ? *given : (struct process_given){ 0 };
    struct patience patience;
    struct arguments all = { 0 };
    int pair[2], status;

    memset(qmp, 0, sizeof(*qmp));
    qmp->fd = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        return hs_fail(err, HS_NO_OFFSET, "no socket pair: %s", strerror(errno));
    }
    for (size_t i = 0; i < arguments->n; i++) {
        arguments_add(&all, arguments->argv[i]);
    }
    arguments_add(&all, "-chardev");
    arguments_add(&all, "socket,id=hardstop,fd=" TEXT(CHILD_FD));
    arguments_add(&all, "-mon");
    arguments_add(&all, "chardev=hardstop,mode=control");
    process_give(&with_ours, pair[1], CHILD_FD);
    status = process_start(process, path, &all, &with_ours, err);
    close(pair[1]);
    arguments_clear(&all);
    if (status < 0) {
        close(pair[0]);
        return -1;
    }
    patience = patience_by_clock(LOADER_START_MS);
    return take_over(qmp, pair[0], &patience, err);
}

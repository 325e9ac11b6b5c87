/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes a byte. */
#include "harness/loader/qemu/message.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

int message_send(int socket, char message)
{
    return send(socket, &message, 1, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int message_receive(int socket, int timeout_ms)
{
    struct pollfd fd = { .fd = socket, .events = POLLIN };
    char message;
    int n;

    do {
        n = poll(&fd, 1, timeout_ms);
    } while (n < 0 && errno == EINTR);
    if (n == 0) {
        return 0;
    }
    return n > 0 && read(socket, &message, 1) == 1 ? message : -1;
}

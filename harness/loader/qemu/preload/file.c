/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens QEMUFiles. */
#include "harness/loader/qemu/preload/file.h"

#include <unistd.h>

#include "harness/loader/qemu/preload/calls.h"
#include "harness/loader/qemu/preload/symbols.h"

void *file_open_output(int fd)
{
    void *channel = symbols.qio_channel_file_new_fd(dup(fd));
    void *file = symbols.qemu_file_new_output(channel);

    symbols.object_unref(channel);
    return file;
}

void *file_open_input(int fd, size_t most)
{
    int own = dup(fd);
    void *channel = symbols.qio_channel_file_new_fd(own);
    void *file = symbols.qemu_file_new_input(channel);

    symbols.object_unref(channel);
    calls_begin_input(own, most);
    return file;
}

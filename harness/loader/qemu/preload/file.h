/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's files, each over a copy of a descriptor. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_FILE_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_FILE_H

#include <stddef.h>

void *file_open_output(int fd);
/* From here on the copy counts as the stream's; see calls.h. */
void *file_open_input(int fd, size_t most);

#endif

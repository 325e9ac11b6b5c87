/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls of the C library that QEMU makes and that go through us. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_CALLS_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_CALLS_H

#include <stddef.h>

/*
 * Reading from this descriptor, from its beginning, is what comes next: its end is asked of the kernel only once, and a
 * read gets no more than `most` bytes.
 */
void calls_begin_input(int fd, size_t most);

#endif

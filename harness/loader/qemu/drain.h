/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes what a QEMU writes while others wait for its answers: with a full pipe it does not answer.  A pipe, because
 * from QEMU 11.1 on "fd:" refuses a file.
 */
#ifndef HARDSTOP_LOADER_QEMU_DRAIN_H
#define HARDSTOP_LOADER_QEMU_DRAIN_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"

struct drain {
    pthread_t thread;
    int from; /* the pipe */
    int stop[2]; /* a pipe whose end says that no more is wanted */
    uint8_t *bytes;
    size_t size, capacity;
    int error; /* errno, or 0 */
};

/* The descriptor to write to, which the caller closes before drain_end(); -1 with a reason. */
int drain_begin(struct drain *drain, struct hs_error *err);

/*
 * With `all`, waits until everyone has closed it, and hands over what came, which is to be freed; else it ends at once
 * and returns -1, `err` left as it is.
 */
int drain_end(struct drain *drain, bool all, uint8_t **bytes, size_t *size, struct hs_error *err);

#endif

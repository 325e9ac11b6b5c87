/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a driver asks of each device: section 5 of the virtio specification 1.2. */
#ifndef HARDSTOP_CANARY_IN_USE_TABLE_H
#define HARDSTOP_CANARY_IN_USE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One request: a chain of descriptors. */
struct in_use_request {
    const char *families; /* a pattern for the names of those that get it */
    uint32_t queue;
    const char *readable; /* what the device reads, or NULL; */
    size_t size, more; /* so many bytes, and so many more of another descriptor */
    uint32_t writable[2]; /* bytes that it may write, a descriptor each; 0: none */
    bool stays; /* the device takes it when it has something to tell, and maybe never */
};

extern const struct in_use_request in_use_requests[]; /* in the order of the queues; ends with a row without families */

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a driver asks of each device: section 5 of the virtio specification 1.2. */
#ifndef HARDSTOP_CANARY_IN_USE_TABLE_H
#define HARDSTOP_CANARY_IN_USE_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* When the device takes a request. */
enum in_use_when {
    IN_USE_WHEN_KICKED,
    IN_USE_WITH_INPUT, /* when something comes from outside: POKE_INPUT */
    IN_USE_LATER, /* when it has something to tell, and maybe never */
};

/* One request: a chain of descriptors. */
struct in_use_request {
    const char *families; /* a pattern for the names of those that get it */
    uint32_t queue;
    const char *readable; /* what the device reads, or NULL; */
    size_t size, more; /* so many bytes, and so many more of another descriptor */
    uint32_t writable[2]; /* bytes that it may write, a descriptor each; 0: none */
    enum in_use_when when;
};

extern const struct in_use_request in_use_requests[]; /* in the order of the queues; ends with a row without families */

#endif

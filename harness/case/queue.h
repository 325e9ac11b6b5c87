/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a virtio section says of one of its queues: where its rings are, and how far the device is. */
#ifndef HARDSTOP_CASE_QUEUE_H
#define HARDSTOP_CASE_QUEUE_H

#include <stdbool.h>

#include "case.pb-c.h"

struct queue {
    size_t num; /* entries, at most QUEUE_MOST_ENTRIES; more than 0 */
    uint64_t desc, avail, used; /* guest addresses; packed: of the ring and of the two event areas */
    size_t last_avail_idx;
    bool wrap; /* packed: last_avail_wrap_counter */
    bool big; /* the byte order of its rings */
};

#define QUEUE_MOST_ENTRIES 1024 /* VIRTQUEUE_MAX_SIZE of include/hw/virtio/virtio.h (7.2) */

/*
 * The queue of that number of the first section that has the idstr; false where there is none, or it is not in use, as
 * its size or its address is 0.  A legacy device's rings have the byte order of its guest, which the setup's
 * architecture tells, those of others are little-endian.
 */
bool queue_find(const Hardstop__Case *test, const ProtobufCBinaryData *idstr, uint32_t number, struct queue *queue);
/* The same for a section that is at hand; `setup` may be NULL. */
bool queue_of(const Hardstop__VirtioSection *device, const Hardstop__Setup *setup, uint32_t number,
              struct queue *queue);

/* A new ring for a queue of the section, of either form, with nothing in it; for reflect_free(). */
Hardstop__Ring *queue_new_ring(const Hardstop__Section *section, uint32_t number, bool packed);

/* Has the driver chosen rings of the packed form? */
bool queue_is_packed(const Hardstop__VirtioSection *device);

/* The first subsection with such a body, or NULL. */
const Hardstop__Subsection *queue_subsection(const Hardstop__VirtioSection *device,
                                             Hardstop__Subsection__BodyCase body);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest memory of a case, read as the rings of its queues. */
#ifndef HARDSTOP_CASE_RING_DECODE_H
#define HARDSTOP_CASE_RING_DECODE_H

#include "case.pb-c.h"

/*
 * Puts a Ring in the place of the guest memory that holds a queue's rings, as rings_take() takes them from a stream:
 * the descriptors, what waits for the device, the indexes where they are not what the section says.  So a field of them
 * can be changed, and the rest stays in step.  What a device does not read, requests that were served, is dropped.
 * Rings that do not come back as they were, packed ones among them, stay as they are.  Returns how many it put.
 */
size_t ring_decode_all(Hardstop__Case *test);

#endif

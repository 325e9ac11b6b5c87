/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of the rings of a virtio queue, which lie in guest memory and in no payload. */
#ifndef HARDSTOP_WIRE_RING_H
#define HARDSTOP_WIRE_RING_H

#include "harness/wire/field.h"
#include "ring.pb-c.h"

#define RING_DESC_SIZE 16
#define RING_HEAD 4 /* flags and idx, before the elements of what is available, or used */
/* Of rings of so many entries, with what is behind their elements: used_event, avail_event. */
#define RING_AVAIL_SIZE(num) (RING_HEAD + 2 * (num) + 2)
#define RING_USED_SIZE(num) (RING_HEAD + 8 * (num) + 2)

extern const struct table ring_table; /* the whole of a Ring, for those who look for a field */
extern const struct table virtq_desc_table, virtq_avail_table, virtq_used_table;
extern const struct table virtq_packed_desc_table, virtq_event_table;

#endif

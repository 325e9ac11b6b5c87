/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a canary respects: parts that a fresh device lacks, values that only fit together, and places that cannot hold
 * one.
 */
#ifndef HARDSTOP_CANARY_CANARY_TABLE_H
#define HARDSTOP_CANARY_CANARY_TABLE_H

#include "harness/setup/family.h"
#include "harness/wire/map.h"

/* The guest memory in which a canary's rings and buffers are: inside the 2 MiB that each family has at least. */
#define CANARY_RING_BASE 0x100000
#define CANARY_RING_STRIDE 0x2000 /* of one queue: descriptors, then the avail ring, then the used ring */
#define CANARY_RING_AVAIL 0x1000
#define CANARY_RING_USED 0x1400
#define CANARY_MAX_RINGS 64

/* A part to be merged into the device's sections before their fields are filled in: text of a Section. */
struct canary_part {
    const char *families; /* a pattern for the names of those that get it; NULL: all */
    const char *subsection; /* what it appends, unless that is there; NULL: it is laid over what is there */
    const char *text;
};

extern const struct canary_part canary_parts[]; /* ends with a row without text */

enum canary_what {
    CANARY_FILL, /* any legal value may be tried */
    CANARY_LEAVE, /* stays as it is */
    CANARY_LEAVE_SET, /* stays as it is unless it is zero: a ring's */
    CANARY_VECTOR, /* one that the device has */
};

/* What fields get, and why they may still hold no canary. */
struct canary_rule {
    const char *field; /* as tables_named() takes it */
    enum canary_what what;
    const char *reason; /* NULL: they hold one */
};

extern const struct canary_rule canary_rules[]; /* ends with a row without field */

/* The last section that a table describes: it follows the device's own, and stays as it was captured. */
size_t canary_last_section(const Hardstop__Stream *stream);

/* Is it a field of the device, in one of its own sections, and not framing? */
bool canary_is_field(const struct map_entry *entry, size_t last_section);

/* The path with each index as "#": "virtio.queue#.desc", "virtio.subsection:virtio/broken.mark". */
void canary_pattern(const char *path, char *pattern, size_t size);

/*
 * A value for a number at `path` that fits the machine: the one that the tables demand, or one of its own that is
 * legal, not zero and not what stands there.  `attempt` 0, 1 ... gives others.  False: the place is to be left alone.
 */
bool canary_value(const struct map_entry *entry, uint64_t vectors, unsigned attempt, uint64_t *value);
/* The same for byte `i` of a blob. */
bool canary_byte(const struct map_entry *entry, size_t i, unsigned attempt, uint8_t *value);

/* Why no canary can stand there, or NULL. */
const char *canary_reason(const struct map_entry *entry);

#endif

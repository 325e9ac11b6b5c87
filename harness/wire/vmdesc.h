/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stream's own description: JSON that names each field of each device section with its size
 * (migration/savevm.c and vmstate.c, since QEMU 2.3).
 */
#ifndef HARDSTOP_WIRE_VMDESC_H
#define HARDSTOP_WIRE_VMDESC_H

#include "harness/wire/vmdesc_walk.h"

/* Bytes that all fields walked, with their names, may take; a q35 takes 1 MiB.  More is a bomb of array_len. */
#define VMDESC_BUDGET ((size_t)16 << 20)

struct vmdesc {
    uint32_t page_size; /* of the target; 0 when not told */
    struct vmdesc_section *sections; /* to be had by vmdesc_section() and vmdesc_section_at() */
    size_t n_sections;
    size_t budget; /* what walking the rest of them may cost */
    json_t *root;
    uint8_t *text; /* what it was parsed from, of those that are kept (vmdesc_cache.h); else NULL */
    size_t text_size, spent; /* and what was walked before the budget was filled up again */
};

/* Finds a vmdesc of up to 16 MiB at the end of a stream: its offset (of the 06 byte); SIZE_MAX: there is none. */
size_t vmdesc_find(const uint8_t *data, size_t size);

/* Reads the JSON into `vmdesc`, released with vmdesc_clear().  0, or -1 with offset and reason: no JSON, no devices. */
int vmdesc_parse(struct vmdesc *vmdesc, const uint8_t *json, size_t size, struct hs_error *err);
void vmdesc_clear(struct vmdesc *vmdesc);

/*
 * The fields of these bytes: `section`, of `vmdesc`, with the subsections that the bytes hold in the place of those
 * that are described, and with the null pointers of an array of pointers.  What a subsection is made of may also stand
 * anywhere else in `vmdesc`, or in `other` (may be NULL).  `fitted` gets fields, n_fields and size: all of the bytes;
 * where nothing describes a subsection, what comes before its body, and what to call that (rest); or none, where the
 * description is of something else.
 * Release it with vmdesc_section_clear().
 */
void vmdesc_fit(const struct vmdesc *vmdesc, const struct vmdesc_section *section, const uint8_t *data, size_t size,
                const struct vmdesc *other, struct vmdesc_section *fitted);
/* How many of these bytes, which go on behind the payload, belong to its fields, by the same rules; 0: nobody knows. */
size_t vmdesc_extent(const struct vmdesc *vmdesc, const struct vmdesc_section *section, const uint8_t *data,
                     size_t size);
void vmdesc_section_clear(struct vmdesc_section *section);

/*
 * The section of that name and instance, or NULL.  Its fields are walked when it is first asked for: a machine has many
 * devices, and a case few.  One that makes no sense has no fields, and says why; the others have theirs.
 */
const struct vmdesc_section *vmdesc_section(struct vmdesc *vmdesc, const uint8_t *idstr, size_t size,
                                            uint32_t instance_id);
/* The same by its place. */
const struct vmdesc_section *vmdesc_section_at(struct vmdesc *vmdesc, size_t place);

#endif

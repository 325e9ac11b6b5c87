/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk through one device of a description, beside the bytes of its payload or without them. */
#ifndef HARDSTOP_WIRE_VMDESC_WALK_H
#define HARDSTOP_WIRE_VMDESC_WALK_H

#include <jansson.h>

#include "harness/base/error.h"
#include "harness/wire/field_encode.h"

/* Types by which QEMU names how a field is read (migration/vmstate-types.c), as far as something depends on them. */
enum vmdesc_type {
    VMDESC_OTHER,
    VMDESC_BOOL, /* a byte */
    VMDESC_TIMER, /* nanoseconds, -1 where it is not armed */
    VMDESC_BUFFER, /* bytes as they are */
    VMDESC_UNUSED, /* bytes that are skipped, and saved as zeros */
    VMDESC_UINT, /* a number, big-endian, whether a loader checks it or not */
    VMDESC_INT, /* the same, in two's complement */
};

struct vmdesc_field {
    char *path; /* "env.segs[2].base"; of a subsection's header "env.<cpu/steal_time_msr>.version_id" */
    size_t offset; /* from the payload's start */
    size_t size;
    enum vmdesc_type type;
    const struct field *header; /* its row in field_subsection_header, or NULL: it is none of these */
};

struct vmdesc_section {
    char *idstr;
    uint32_t instance_id;
    size_t size; /* of the payload */
    struct vmdesc_field *fields; /* in order, without gaps as far as the description goes */
    size_t n_fields;
    char *rest; /* what the bytes behind `size` are called, the body of a subsection that nothing describes; or NULL */
    const json_t *device; /* where its fields stand, */
    bool is_walked; /* and whether they were walked */
    char *trouble; /* why it has no fields: what is described makes no sense; NULL: it does */
};

/* The bytes to walk beside; they decide which subsections there are. */
struct vmdesc_payload {
    const uint8_t *data;
    size_t size;
    const json_t *known[2]; /* descriptions in which subsections are looked up that the device has not, or NULL */
    bool pointers; /* an element of an array of structures that begins with 30 is that byte alone: a null pointer */
    size_t pointed; /* size of an element of which nothing is described, since the first pointer was null */
};

/* Why a walk beside bytes ended. */
enum vmdesc_end {
    VMDESC_END_ALL, /* all of the device is walked */
    VMDESC_END_SUBSECTION, /* the body of a subsection that nothing describes */
    VMDESC_END_SHORT, /* the bytes end within a field */
};

/*
 * Puts the fields of a device into `section` (fields, n_fields and size, zeroed before), up to where the walk ends;
 * `payload` NULL: as described.  `budget` is what all may cost, and is lowered.  0, or -1 with a reason: a description
 * that makes no sense or costs too much.
 */
int vmdesc_walk(const json_t *device, const struct vmdesc_payload *payload, struct vmdesc_section *section,
                size_t *budget, enum vmdesc_end *end, struct hs_error *err);

#endif

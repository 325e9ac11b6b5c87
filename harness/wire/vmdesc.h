/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stream's own description: JSON that names each field of each device section with its size
 * (migration/savevm.c and vmstate.c, since QEMU 2.3).
 */
#ifndef HARDSTOP_WIRE_VMDESC_H
#define HARDSTOP_WIRE_VMDESC_H

#include "harness/base/error.h"
#include "harness/wire/field_encode.h"

/* Types by which QEMU names how a field is read (migration/vmstate-types.c), as far as something depends on them. */
enum vmdesc_type {
    VMDESC_OTHER,
    VMDESC_BOOL, /* a byte */
    VMDESC_TIMER, /* nanoseconds, -1 where it is not armed */
    VMDESC_BUFFER, /* bytes as they are */
    VMDESC_UNUSED, /* bytes that are skipped, and saved as zeros */
};

struct vmdesc_field {
    char *path; /* "env.segs[2].base"; of a subsection's header "env<cpu/steal_time_msr>.version_id" */
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
};

struct vmdesc {
    uint32_t page_size; /* of the target; 0 when not told */
    struct vmdesc_section *sections;
    size_t n_sections;
};

/* Finds a vmdesc of up to 64 MiB at the end of a stream: its offset (of the 06 byte); SIZE_MAX: there is none. */
size_t vmdesc_find(const uint8_t *data, size_t size);

/* Reads the JSON into `vmdesc`, released with vmdesc_clear().  0, or -1 with offset and reason. */
int vmdesc_parse(struct vmdesc *vmdesc, const uint8_t *json, size_t size, struct hs_error *err);
void vmdesc_clear(struct vmdesc *vmdesc);

/* The section of that name and instance, or NULL. */
const struct vmdesc_section *vmdesc_section(const struct vmdesc *vmdesc, const uint8_t *idstr, size_t size,
                                            uint32_t instance_id);

#endif

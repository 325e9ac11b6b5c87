/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-gpu without 3D: hw/display/virtio-gpu.c, QEMU 7.2 and 10.2. */
#include "harness/wire/virtio/tables.h"

#define GPU Hardstop__VirtioGpu
#define RESOURCE Hardstop__GpuResource

enum {
    BYTES_PER_PIXEL = 4, /* each format that the device knows has 32 bits */
    SCANOUTS_MAX = 16, /* VIRTIO_GPU_MAX_SCANOUTS */
};

static uint64_t image_size(const struct field_decoder *decoder, const void *message)
{
    const RESOURCE *resource = message;
    uint64_t pixels = (uint64_t)resource->width * resource->height;

    (void)decoder;
    return pixels < UINT64_MAX / BYTES_PER_PIXEL ? pixels * BYTES_PER_PIXEL : UINT64_MAX;
}

static const struct field iov_fields[] = {
    FIELD_NUMBER(Hardstop__GpuIov, addr, 8),
    FIELD_NUMBER(Hardstop__GpuIov, iov_len, 4),
};
static const struct table iov_table = TABLE(hardstop__gpu_iov, iov_fields);

static const struct field resource_fields[] = {
    FIELD_NUMBER(RESOURCE, resource_id, 4), FIELD_NUMBER(RESOURCE, width, 4),
    FIELD_NUMBER(RESOURCE, height, 4),      FIELD_NUMBER(RESOURCE, format, 4),
    FIELD_COUNT_OF(RESOURCE, iov_cnt, 4, 1), FIELD_STRUCTS(RESOURCE, iov, &iov_table),
    FIELD_BLOB(RESOURCE, image, .count = image_size),
};
static const struct table resource_table = TABLE(hardstop__gpu_resource, resource_fields);

#define BLOB Hardstop__GpuBlob
static const struct field blob_fields[] = {
    FIELD_NUMBER(BLOB, resource_id, 4),
    FIELD_NUMBER(BLOB, blob_size, 4),
    FIELD_COUNT_OF(BLOB, iov_cnt, 4, 1),
    FIELD_STRUCTS(BLOB, iov, &iov_table),
};
static const struct table blob_table = TABLE(hardstop__gpu_blob, blob_fields);

static const struct field blobs_fields[] = {
    FIELD_STRUCTS(Hardstop__GpuBlobs, blob, &blob_table, .more = field_more_unless_zero),
    FIELD_NUMBER(Hardstop__GpuBlobs, end, 4),
};
static const struct table blobs_table = TABLE(hardstop__gpu_blobs, blobs_fields);

#define SCANOUT Hardstop__GpuScanout
/*
 * Machine types of 9.0 and later send a scanout's framebuffer, too; neither a version nor a flag on the wire says so,
 * only the end of the section.  Each scanout behind the first may lack it all the same: scanout_vmstate_after_v2()
 * takes each for the first, and so bytes behind the device for the version (10.2).  Which ones lack it nothing tells:
 * here the last.
 */
static bool begins_framebuffer(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    enum { SIZE_BEFORE = 40, SIZE_OF_FRAMEBUFFER = 24 };
    const Hardstop__VirtioSection *section = (const Hardstop__VirtioSection *)decoder->root;
    const Hardstop__GpuScanouts *scanouts = section->gpu->scanouts;
    uint64_t others = scanouts->max_outputs - 1 - scanouts->n_scanout;

    (void)message;
    (void)field;
    return decoder->reading == 1 &&
           (!decoder->bounded || bytes_left(&decoder->in) >= SIZE_OF_FRAMEBUFFER + others * SIZE_BEFORE);
}

static bool has_framebuffer(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    (void)decoder;
    (void)field;
    return ((const SCANOUT *)message)->has_fb_format;
}

static const struct field scanout_fields[] = {
    FIELD_NUMBER(SCANOUT, resource_id, 4),        FIELD_NUMBER(SCANOUT, width, 4),
    FIELD_NUMBER(SCANOUT, height, 4),             FIELD_NUMBER(SCANOUT, x, 4, .is_signed = true),
    FIELD_NUMBER(SCANOUT, y, 4, .is_signed = true), FIELD_NUMBER(SCANOUT, cursor_resource_id, 4),
    FIELD_NUMBER(SCANOUT, cursor_hot_x, 4),       FIELD_NUMBER(SCANOUT, cursor_hot_y, 4),
    FIELD_NUMBER(SCANOUT, cursor_pos_x, 4),       FIELD_NUMBER(SCANOUT, cursor_pos_y, 4),
    FIELD_NUMBER(SCANOUT, fb_format, 4, .present = begins_framebuffer),
    FIELD_NUMBER(SCANOUT, fb_bytes_pp, 4, .present = has_framebuffer),
    FIELD_NUMBER(SCANOUT, fb_width, 4, .present = has_framebuffer),
    FIELD_NUMBER(SCANOUT, fb_height, 4, .present = has_framebuffer),
    FIELD_NUMBER(SCANOUT, fb_stride, 4, .present = has_framebuffer),
    FIELD_NUMBER(SCANOUT, fb_offset, 4, .present = has_framebuffer),
};
static const struct table scanout_table = TABLE(hardstop__gpu_scanout, scanout_fields);

static const struct subsection_set scanouts_subsections = {
    .vmstate = "virtio-gpu-scanouts",
    .element = &hardstop__subsection__descriptor,
};

#define SCANOUTS Hardstop__GpuScanouts
static const struct field scanouts_fields[] = {
    FIELD_NUMBER(SCANOUTS, enable, 4, .is_signed = true),
    FIELD_COUNT_OF(SCANOUTS, max_outputs, 4, 1, .min = 1, .max = SCANOUTS_MAX),
    FIELD_STRUCTS(SCANOUTS, scanout, &scanout_table),
    FIELD_SUBSECTION_LIST(SCANOUTS, subsection, &scanouts_subsections),
};
static const struct table scanouts_table = TABLE(hardstop__gpu_scanouts, scanouts_fields);

static const struct subsection_set gpu_subsections = {
    .vmstate = "virtio-gpu",
    .element = &hardstop__subsection__descriptor,
    .known = { { "virtio-gpu/blob", HARDSTOP__SUBSECTION__BODY_BLOB, &blobs_table } },
};

static const struct field gpu_fields[] = {
    FIELD_STRUCTS(GPU, resource, &resource_table, .more = field_more_unless_zero),
    FIELD_NUMBER(GPU, end, 4),
    FIELD_STRUCT(GPU, scanouts, &scanouts_table),
    FIELD_SUBSECTION_LIST(GPU, subsection, &gpu_subsections),
};
const struct table gpu_table = TABLE(hardstop__virtio_gpu, gpu_fields);
VIRTIO_PAYLOAD(gpu, GPU, "virtio-gpu", .other_readings = 1);

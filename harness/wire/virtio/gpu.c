/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-gpu without 3D: hw/display/virtio-gpu.c, QEMU 7.2. */
#include "harness/wire/virtio/tables.h"

#define GPU Hardstop__VirtioGpu
#define RESOURCE Hardstop__GpuResource

enum {
    BYTES_PER_PIXEL = 4, /* each format that the device knows has 32 bits */
    SCANOUTS_MAX = 16, /* VIRTIO_GPU_MAX_SCANOUTS */
};

static bool more_resources(const struct field_decoder *decoder, const void *message, size_t i)
{
    struct bytes in = decoder->in;
    uint64_t id;

    (void)message;
    (void)i;
    return bytes_get_be(&in, 4, &id) && id != 0;
}

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

#define SCANOUT Hardstop__GpuScanout
static const struct field scanout_fields[] = {
    FIELD_NUMBER(SCANOUT, resource_id, 4),        FIELD_NUMBER(SCANOUT, width, 4),
    FIELD_NUMBER(SCANOUT, height, 4),             FIELD_NUMBER(SCANOUT, x, 4, .is_signed = true),
    FIELD_NUMBER(SCANOUT, y, 4, .is_signed = true), FIELD_NUMBER(SCANOUT, cursor_resource_id, 4),
    FIELD_NUMBER(SCANOUT, cursor_hot_x, 4),       FIELD_NUMBER(SCANOUT, cursor_hot_y, 4),
    FIELD_NUMBER(SCANOUT, cursor_pos_x, 4),       FIELD_NUMBER(SCANOUT, cursor_pos_y, 4),
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

static const struct field gpu_fields[] = {
    FIELD_STRUCTS(GPU, resource, &resource_table, .more = more_resources),
    FIELD_NUMBER(GPU, end, 4),
    FIELD_STRUCT(GPU, scanouts, &scanouts_table),
};
const struct table gpu_table = TABLE(hardstop__virtio_gpu, gpu_fields);
VIRTIO_PAYLOAD(gpu, GPU, "virtio-gpu");

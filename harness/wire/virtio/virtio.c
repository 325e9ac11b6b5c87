/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all virtio devices send: hw/virtio/virtio.c, QEMU 7.2 and 10.2.  A field without .min and .max may have any
 * value of its width.
 */
#include <string.h>

#include "harness/wire/virtio/tables.h"
#include "virtio_devices.h"

#define VIRTIO Hardstop__VirtioSection

enum { QUEUE_MAX = 1024 }; /* VIRTIO_QUEUE_MAX, include/hw/virtio/virtio.h */

/*
 * Would the bytes, read as those of a device on mmio, have a length of the config space, and a number of queues, that
 * fit?  Those of one on ccw have path masks, bits that are set, and a device number there.
 */
static bool is_mmio(struct bytes in)
{
    enum { BEFORE_QUEUE_SEL = 12 + 2, FEATURES = 4, CONFIG_MAX = 4096, QUEUE = 20 };
    uint64_t queue_sel, config_len, n;
    const uint8_t *skipped;

    return bytes_get(&in, BEFORE_QUEUE_SEL, &skipped) && bytes_get_be(&in, 2, &queue_sel) && queue_sel < QUEUE_MAX &&
           bytes_get(&in, FEATURES, &skipped) && bytes_get_be(&in, 4, &config_len) && config_len <= CONFIG_MAX &&
           bytes_get(&in, config_len, &skipped) && bytes_get_be(&in, 4, &n) && n > 0 && n <= QUEUE_MAX &&
           n * QUEUE <= bytes_left(&in);
}

/*
 * The payload of a device on pci begins with version_id and the vendor id of Red Hat, little-endian; what is neither
 * that nor of mmio is of ccw.
 */
static uint32_t transport_of(const struct bytes *from)
{
    static const uint8_t version[] = { 0, 0, 0 }, vendor[] = { 0xf4, 0x1a };
    const uint8_t *payload = from->data + from->at;
    bool pci = bytes_left(from) >= 6 && memcmp(payload, version, sizeof(version)) == 0 &&
               memcmp(payload + 4, vendor, sizeof(vendor)) == 0;

    return pci              ? HARDSTOP__VIRTIO_SECTION__TRANSPORT_PCI
           : is_mmio(*from) ? HARDSTOP__VIRTIO_SECTION__TRANSPORT_MMIO
                            : HARDSTOP__VIRTIO_SECTION__TRANSPORT_CCW;
}

static bool is_transport(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    return ((const VIRTIO *)message)->transport_case == HARDSTOP__VIRTIO_SECTION__TRANSPORT__NOT_SET &&
           transport_of(&decoder->in) == field->tag;
}

static bool is_device(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    (void)message;
    return decoder->device == field->tag;
}

static bool queue_has_vector(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    const VIRTIO *section = (const VIRTIO *)decoder->root;

    (void)message;
    (void)field;
    return section->transport_case == HARDSTOP__VIRTIO_SECTION__TRANSPORT_CCW ||
           (section->transport_case == HARDSTOP__VIRTIO_SECTION__TRANSPORT_PCI && pci_msix_vectors(section->pci));
}

static bool queue_has_alignment(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    (void)message;
    (void)field;
    return ((const VIRTIO *)decoder->root)->transport_case == HARDSTOP__VIRTIO_SECTION__TRANSPORT_MMIO;
}

#define QUEUE Hardstop__VirtQueue
static const struct field queue_fields[] = {
    /*
     * What the device itself has room for is less, and no stream says it: 11.1, which refuses more than that, accepts
     * and sends a smaller ring without virtio/ringsize, and a larger one in its place is no fault then.
     */
    FIELD_NUMBER(QUEUE, num, 4, .min = 0, .max = QUEUE_MAX),
    FIELD_NUMBER(QUEUE, align, 4, .present = queue_has_alignment),
    FIELD_NUMBER(QUEUE, desc, 8),
    FIELD_NUMBER(QUEUE, last_avail_idx, 2),
    FIELD_NUMBER(QUEUE, vector, 2, .present = queue_has_vector),
};
static const struct table queue_table = TABLE(hardstop__virt_queue, queue_fields);

static const struct field device_endian_fields[] = {
    FIELD_NUMBER(Hardstop__DeviceEndian, device_endian, 1, .min = 0, .max = 2),
};
static const struct table device_endian_table = TABLE(hardstop__device_endian, device_endian_fields);

static const struct field features64_fields[] = {
    FIELD_NUMBER(Hardstop__Features64, guest_features, 8),
};
static const struct table features64_table = TABLE(hardstop__features64, features64_fields);

static const struct field features128_fields[] = {
    FIELD_NUMBER(Hardstop__Features128, guest_features, 8),
};
static const struct table features128_table = TABLE(hardstop__features128, features128_fields);

static const struct field virtqueue_state_fields[] = {
    FIELD_NUMBER(Hardstop__VirtqueueState, avail, 8),
    FIELD_NUMBER(Hardstop__VirtqueueState, used, 8),
};
static const struct table virtqueue_state_table = TABLE(hardstop__virtqueue_state, virtqueue_state_fields);

static const struct field virtqueues_fields[] = {
    FIELD_STRUCTS(Hardstop__Virtqueues, vq, &virtqueue_state_table, .fixed = QUEUE_MAX),
};
static const struct table virtqueues_table = TABLE(hardstop__virtqueues, virtqueues_fields);

static const struct field ring_size_fields[] = {
    FIELD_NUMBERS(Hardstop__RingSize, num_default, 4, .fixed = QUEUE_MAX),
};
static const struct table ring_size_table = TABLE(hardstop__ring_size, ring_size_fields);

static const struct field broken_fields[] = { FIELD_NUMBER(Hardstop__Broken, broken, 1, FIELD_FLAG) };
static const struct table broken_table = TABLE(hardstop__broken, broken_fields);

static const struct field started_fields[] = { FIELD_NUMBER(Hardstop__Started, started, 1, FIELD_FLAG) };
static const struct table started_table = TABLE(hardstop__started, started_fields);

static const struct field disabled_fields[] = { FIELD_NUMBER(Hardstop__Disabled, disabled, 1, FIELD_FLAG) };
static const struct table disabled_table = TABLE(hardstop__disabled, disabled_fields);

#define PACKED Hardstop__PackedVirtqueueState
static const struct field packed_fields[] = {
    FIELD_NUMBER(PACKED, last_avail_idx, 2), FIELD_NUMBER(PACKED, last_avail_wrap_counter, 1, FIELD_FLAG),
    FIELD_NUMBER(PACKED, used_idx, 2),       FIELD_NUMBER(PACKED, used_wrap_counter, 1, FIELD_FLAG),
    FIELD_NUMBER(PACKED, inuse, 4),
};
static const struct table packed_table = TABLE(hardstop__packed_virtqueue_state, packed_fields);

static const struct field packed_virtqueues_fields[] = {
    FIELD_STRUCTS(Hardstop__PackedVirtqueues, vq, &packed_table, .fixed = QUEUE_MAX),
};
static const struct table packed_virtqueues_table = TABLE(hardstop__packed_virtqueues, packed_virtqueues_fields);

/* Of the proxy, which is of one transport. */
static const struct field extra_state_fields[] = {
    FIELD_SUBSECTION_LIST(Hardstop__ExtraState, subsection, &pci_subsections),
    FIELD_SUBSECTION_LIST(Hardstop__ExtraState, mmio_subsection, &mmio_subsections),
};
static const struct table extra_state_table = TABLE(hardstop__extra_state, extra_state_fields);

static const struct subsection_set virtio_subsections = {
    .vmstate = "virtio",
    .element = &hardstop__subsection__descriptor,
    .known = {
        { "virtio/device_endian", HARDSTOP__SUBSECTION__BODY_DEVICE_ENDIAN, &device_endian_table },
        { "virtio/128bit_features", HARDSTOP__SUBSECTION__BODY_FEATURES_128BIT, &features128_table },
        { "virtio/64bit_features", HARDSTOP__SUBSECTION__BODY_FEATURES_64BIT, &features64_table },
        { "virtio/virtqueues", HARDSTOP__SUBSECTION__BODY_VIRTQUEUES, &virtqueues_table },
        { "virtio/ringsize", HARDSTOP__SUBSECTION__BODY_RINGSIZE, &ring_size_table },
        { "virtio/broken", HARDSTOP__SUBSECTION__BODY_BROKEN, &broken_table },
        { "virtio/extra_state", HARDSTOP__SUBSECTION__BODY_EXTRA_STATE, &extra_state_table },
        { "virtio/started", HARDSTOP__SUBSECTION__BODY_STARTED, &started_table },
        { "virtio/disabled", HARDSTOP__SUBSECTION__BODY_DISABLED, &disabled_table },
        { "virtio/packed_virtqueues", HARDSTOP__SUBSECTION__BODY_PACKED_VIRTQUEUES, &packed_virtqueues_table },
    },
};

#define DECLARE(member, NUMBER) extern const struct table member##_table;
VIRTIO_DEVICES(DECLARE)
VIRTIO_DEVICES_BEHIND_SUBSECTIONS(DECLARE)

#define DEVICE(member, NUMBER)                                                                              \
    FIELD_ONEOF(VIRTIO, member, device_case, HARDSTOP__VIRTIO_SECTION__DEVICE_##NUMBER, &member##_table,    \
                .present = is_device),
static const struct field virtio_fields[] = {
    FIELD_ONEOF(VIRTIO, ccw, transport_case, HARDSTOP__VIRTIO_SECTION__TRANSPORT_CCW, &ccw_table,
                .present = is_transport),
    FIELD_ONEOF(VIRTIO, pci, transport_case, HARDSTOP__VIRTIO_SECTION__TRANSPORT_PCI, &pci_table,
                .present = is_transport),
    FIELD_ONEOF(VIRTIO, mmio, transport_case, HARDSTOP__VIRTIO_SECTION__TRANSPORT_MMIO, &mmio_table,
                .present = is_transport),
    FIELD_NUMBER(VIRTIO, status, 1),
    FIELD_NUMBER(VIRTIO, isr, 1),
    FIELD_NUMBER(VIRTIO, queue_sel, 2, .min = 0, .max = QUEUE_MAX - 1),
    FIELD_NUMBER(VIRTIO, guest_features, 4),
    FIELD_COUNT_OF(VIRTIO, config_len, 4, 1, .is_signed = true),
    FIELD_BLOB(VIRTIO, config),
    FIELD_COUNT_OF(VIRTIO, num_queues, 4, 1, .min = 0, .max = QUEUE_MAX),
    FIELD_STRUCTS(VIRTIO, queue, &queue_table),
    VIRTIO_DEVICES(DEVICE)
    FIELD_SUBSECTION_LIST(VIRTIO, subsection, &virtio_subsections),
    VIRTIO_DEVICES_BEHIND_SUBSECTIONS(DEVICE)
    FIELD_REST(VIRTIO),
};
const struct table virtio_table = TABLE(hardstop__virtio_section, virtio_fields);

enum { SG_MAX = 1024 }; /* VIRTQUEUE_MAX_SIZE */

static const struct field iovec_fields[] = {
    FIELD_NUMBER(Hardstop__IoVec, iov_base, 8, .little = true),
    FIELD_NUMBER(Hardstop__IoVec, iov_len, 8, .little = true),
};
static const struct table iovec_table = TABLE(hardstop__io_vec, iovec_fields);

#define ELEMENT Hardstop__VirtQueueElement

/*
 * A device made with packed=on sends ndescs with each element; the subsection that would tell so stands behind.  7.2
 * writes it before the element (qemu_put_virtqueue_element()) and reads it behind (qemu_get_virtqueue_element()).  The
 * index is little-endian and ndescs is not, both are small, and only the index may be 0.
 */
static bool begins_with_ndescs(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    (void)message;
    (void)field;
    return decoder->reading == 1 && bytes_peek(&decoder->in, 0) == 0 && bytes_peek(&decoder->in, 1) == 0 &&
           (bytes_peek(&decoder->in, 2) > 0 || bytes_peek(&decoder->in, 3) > 0);
}

static bool ends_with_ndescs(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    (void)field;
    return decoder->reading == 1 && !((const ELEMENT *)message)->has_ndescs_before;
}

static const struct field queue_element_fields[] = {
    FIELD_NUMBER(ELEMENT, ndescs_before, 4, .present = begins_with_ndescs),
    FIELD_NUMBER(ELEMENT, index, 4, .little = true),
    FIELD_NUMBER(ELEMENT, out_num, 4, .little = true, .min = 0, .max = SG_MAX),
    FIELD_NUMBER(ELEMENT, in_num, 4, .little = true, .min = 0, .max = SG_MAX),
    FIELD_NUMBER(ELEMENT, padding, 4, .little = true),
    FIELD_NUMBERS(ELEMENT, in_addr, 8, .little = true, .fixed = SG_MAX),
    FIELD_NUMBERS(ELEMENT, out_addr, 8, .little = true, .fixed = SG_MAX),
    FIELD_STRUCTS(ELEMENT, in_sg, &iovec_table, .fixed = SG_MAX),
    FIELD_STRUCTS(ELEMENT, out_sg, &iovec_table, .fixed = SG_MAX),
    FIELD_NUMBER(ELEMENT, ndescs, 4, .present = ends_with_ndescs),
};
const struct table queue_element_table = TABLE(hardstop__virt_queue_element, queue_element_fields);

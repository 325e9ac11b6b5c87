/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers from a section's fields and subsections. */
#include "harness/case/queue.h"

#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/message/reflect.h"
#include "harness/setup/setup.h"

enum {
    VIRTIO_F_VERSION_1 = 32,
    VIRTIO_F_RING_PACKED = 34,
    DEVICE_ENDIAN_BIG = 2, /* include/hw/virtio/virtio.h (7.2) */
    LEGACY_ALIGN = 4096, /* of the ring of what was used: VIRTIO_PCI_VRING_ALIGN */
};

const Hardstop__Subsection *queue_subsection(const Hardstop__VirtioSection *device, Hardstop__Subsection__BodyCase body)
{
    for (size_t i = 0; i < device->n_subsection; i++) {
        if (device->subsection[i]->body_case == body) {
            return device->subsection[i];
        }
    }
    return NULL;
}

static bool has_feature(const Hardstop__VirtioSection *device, unsigned feature)
{
    const Hardstop__Subsection *features = queue_subsection(device, HARDSTOP__SUBSECTION__BODY_FEATURES_64BIT);

    return features && features->features_64bit->guest_features >> feature & 1;
}

static bool is_modern(const Hardstop__VirtioSection *device)
{
    return has_feature(device, VIRTIO_F_VERSION_1);
}

bool queue_is_packed(const Hardstop__VirtioSection *device)
{
    return has_feature(device, VIRTIO_F_RING_PACKED);
}

/* Of the guests that virtio is for: ppc64's is so at its reset, whatever the guest then does. */
static bool is_big_guest(const Hardstop__VirtioSection *device, const Hardstop__Setup *setup)
{
    static const char *const architectures[] = { "s390x", "ppc64", "ppc", "sparc64", "m68k", "hppa", "mips", "mips64" };
    struct setup_name own = setup ? setup_architecture(setup) : (struct setup_name){ "" };

    if (!*own.text) {
        return device->transport_case == HARDSTOP__VIRTIO_SECTION__TRANSPORT_CCW;
    }
    for (size_t i = 0; i < HS_COUNT(architectures); i++) {
        if (strcmp(own.text, architectures[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_big(const Hardstop__VirtioSection *device, const Hardstop__Setup *setup)
{
    const Hardstop__Subsection *endian = queue_subsection(device, HARDSTOP__SUBSECTION__BODY_DEVICE_ENDIAN);

    if (is_modern(device)) {
        return false;
    }
    /* Sent only where it is not that of the guest. */
    return endian ? endian->device_endian->device_endian == DEVICE_ENDIAN_BIG : is_big_guest(device, setup);
}

static void place(const Hardstop__VirtioSection *device, uint32_t number, struct queue *queue)
{
    const Hardstop__Subsection *places = queue_subsection(device, HARDSTOP__SUBSECTION__BODY_VIRTQUEUES);
    const Hardstop__VirtQueue *record = device->queue[number];
    uint64_t align = record->align ? record->align : LEGACY_ALIGN;

    queue->desc = record->desc;
    /* A legacy device has them one behind the other, whatever the section says (virtio_queue_update_rings()). */
    if (is_modern(device) && places && number < places->virtqueues->n_vq) {
        queue->avail = places->virtqueues->vq[number]->avail;
        queue->used = places->virtqueues->vq[number]->used;
        return;
    }
    queue->avail = queue->desc + UINT64_C(16) * record->num;
    queue->used = (queue->avail + 4 + UINT64_C(2) * record->num + align - 1) / align * align;
}

Hardstop__Ring *queue_new_ring(const Hardstop__Section *section, uint32_t number, bool packed)
{
    Hardstop__Ring *ring = (Hardstop__Ring *)reflect_new(&hardstop__ring__descriptor);

    ring->has_idstr = ring->has_queue = true;
    ring->idstr.len = section->idstr.len;
    ring->idstr.data = hs_copy(section->idstr.data, section->idstr.len);
    ring->queue = number;
    if (packed) {
        ring->form_case = HARDSTOP__RING__FORM_PACKED;
        ring->packed = (Hardstop__PackedRing *)reflect_new(&hardstop__packed_ring__descriptor);
    } else {
        ring->form_case = HARDSTOP__RING__FORM_SPLIT;
        ring->split = (Hardstop__SplitRing *)reflect_new(&hardstop__split_ring__descriptor);
    }
    return ring;
}

bool queue_of(const Hardstop__VirtioSection *device, const Hardstop__Setup *setup, uint32_t number,
              struct queue *queue)
{
    const Hardstop__Subsection *packed = queue_subsection(device, HARDSTOP__SUBSECTION__BODY_PACKED_VIRTQUEUES);
    const Hardstop__VirtQueue *record;

    if (number >= device->n_queue || !device->queue[number]->num || !device->queue[number]->desc) {
        return false;
    }
    record = device->queue[number];
    *queue = (struct queue){ .num = record->num < QUEUE_MOST_ENTRIES ? record->num : QUEUE_MOST_ENTRIES,
                             .last_avail_idx = record->last_avail_idx, .wrap = true, .big = is_big(device, setup) };
    place(device, number, queue);
    if (packed && number < packed->packed_virtqueues->n_vq) {
        const Hardstop__PackedVirtqueueState *state = packed->packed_virtqueues->vq[number];

        queue->last_avail_idx = state->last_avail_idx;
        queue->wrap = state->last_avail_wrap_counter != 0;
    }
    return true;
}

bool queue_find(const Hardstop__Case *test, const ProtobufCBinaryData *idstr, uint32_t number, struct queue *queue)
{
    for (size_t i = 0; test->stream && i < test->stream->n_section; i++) {
        const Hardstop__Section *section = test->stream->section[i];

        if (section->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO && section->idstr.len == idstr->len &&
            (!idstr->len || memcmp(section->idstr.data, idstr->data, idstr->len) == 0)) {
            return queue_of(section->virtio, test->setup, number, queue);
        }
    }
    return false;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the loader for features, and writes down where rings are. */
#include "harness/canary/queues.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/canary/canary_table.h"
#include "harness/message/reflect.h"

Hardstop__Subsection *queues_subsection(const Hardstop__VirtioSection *device, const char *name)
{
    for (size_t i = 0; i < device->n_subsection; i++) {
        const ProtobufCBinaryData *own = &device->subsection[i]->name;

        if (own->len == strlen(name) && memcmp(own->data, name, own->len) == 0) {
            return device->subsection[i];
        }
    }
    return NULL;
}

/* A feature may add a field: hw/net/virtio-net.c, 7.2. */
static void set_offloads(Hardstop__VirtioSection *device)
{
    if (device->device_case == HARDSTOP__VIRTIO_SECTION__DEVICE_NET) {
        bool has = device->guest_features & 1 << 2;

        device->net->curr_guest_offloads = has && device->net->has_curr_guest_offloads
                                               ? device->net->curr_guest_offloads
                                               : 0;
        device->net->has_curr_guest_offloads = has;
    }
}

static void set_features(Hardstop__VirtioSection *device, uint64_t features)
{
    Hardstop__Subsection *wide = queues_subsection(device, "virtio/64bit_features");

    device->has_guest_features = true;
    device->guest_features = (uint32_t)features;
    if (wide) {
        wide->features_64bit->has_guest_features = true;
        wide->features_64bit->guest_features = features;
    }
}

void queues_set_features(Hardstop__VirtioSection *device, uint64_t features)
{
    set_features(device, features);
    set_offloads(device);
}

/* The device tells it when it is asked for more. */
int queues_ask_features(struct canary_search *search, uint64_t *offered)
{
    static const char said[] = "Allowed features: 0x";
    const char *allowed;

    set_features(canary_search_device(search), UINT64_MAX);
    canary_search_encode(search);
    if (canary_search_load(search, &search->plain.out) < 0) {
        return -1;
    }
    allowed = strstr(search->answer.text, said);
    if (!allowed) {
        return canary_search_refuse(search, "asking for all features");
    }
    *offered = strtoull(allowed + strlen(said), NULL, 16);
    return 0;
}

int queues_negotiate(struct canary_search *search)
{
    uint64_t offered;

    if (queues_ask_features(search, &offered) < 0) {
        return -1;
    }
    queues_set_features(canary_search_device(search), offered);
    return canary_search_settle(search, "features");
}

uint64_t queues_place(Hardstop__VirtioSection *device, size_t i, uint32_t num, uint16_t last_avail_idx)
{
    Hardstop__Subsection *rings = queues_subsection(device, "virtio/virtqueues");
    Hardstop__VirtQueue *queue = device->queue[i];
    uint64_t desc = CANARY_RING_BASE + i * CANARY_RING_STRIDE;

    queue->has_num = queue->has_desc = queue->has_last_avail_idx = true;
    queue->num = num;
    queue->desc = desc;
    queue->last_avail_idx = last_avail_idx;
    while (rings && rings->virtqueues->n_vq <= i) {
        Hardstop__Virtqueues *list = rings->virtqueues;

        *HS_PUSH(list->vq, list->n_vq) =
            (Hardstop__VirtqueueState *)reflect_new(&hardstop__virtqueue_state__descriptor);
    }
    if (rings) {
        rings->virtqueues->vq[i]->has_avail = rings->virtqueues->vq[i]->has_used = true;
        rings->virtqueues->vq[i]->avail = desc + CANARY_RING_AVAIL;
        rings->virtqueues->vq[i]->used = desc + CANARY_RING_USED;
    }
    return desc;
}

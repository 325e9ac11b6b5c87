/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-net: hw/net/virtio-net.c and hw/virtio/vhost.c, QEMU 7.2 and 10.2. */
#include "harness/wire/virtio/tables.h"

#define NET Hardstop__VirtioNet

enum {
    MAC_TABLE_MAX = 64, /* MAC_TABLE_ENTRIES, hw/net/virtio-net.c */
    FEATURE_CTRL_GUEST_OFFLOADS = 1 << 2,
    RSS_KEY_SIZE = 40, /* VIRTIO_NET_RSS_MAX_KEY_SIZE */
    RSS_TABLE_MAX = 128, /* VIRTIO_NET_RSS_MAX_TABLE_LEN */
};

/*
 * A device that has more than one queue pair sends two more fields, and no flag on the wire says so.  Where the guest
 * uses more than one, there are more queue records than the three of rx, tx and ctrl; where it does not, only the end
 * of the section tells.
 */
static bool has_queue_pairs(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    const Hardstop__VirtioSection *section = (const Hardstop__VirtioSection *)decoder->root;

    (void)message;
    (void)field;
    return (section->n_queue > 3) != (decoder->reading == 1);
}

static uint64_t more_pairs(const struct field_decoder *decoder, const void *message)
{
    const NET *net = message;

    (void)decoder;
    return net->has_curr_queue_pairs && net->curr_queue_pairs ? net->curr_queue_pairs - 1 : 0;
}

static bool has_guest_offloads(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    const Hardstop__VirtioSection *section = (const Hardstop__VirtioSection *)decoder->root;

    (void)message;
    (void)field;
    return section->guest_features & FEATURE_CTRL_GUEST_OFFLOADS;
}

#define RSS Hardstop__VirtioNetRss
static const struct field rss_fields[] = {
    FIELD_NUMBER(RSS, enabled, 1, FIELD_FLAG),
    FIELD_NUMBER(RSS, redirect, 1, FIELD_FLAG),
    FIELD_NUMBER(RSS, populate_hash, 1, FIELD_FLAG),
    FIELD_NUMBER(RSS, hash_types, 4),
    FIELD_NUMBER(RSS, supported_hash_types, 4, .since = 2),
    FIELD_COUNT_OF(RSS, indirections_len, 2, 3, .min = 0, .max = RSS_TABLE_MAX),
    FIELD_NUMBER(RSS, default_queue, 2),
    FIELD_BLOB(RSS, key, .fixed = RSS_KEY_SIZE),
    FIELD_NUMBERS(RSS, indirections_table, 2),
};
static const struct table rss_table = TABLE(hardstop__virtio_net_rss, rss_fields);

#define CHUNK Hardstop__VhostBackendChunk
static const struct field chunk_fields[] = {
    FIELD_COUNT_OF(CHUNK, size, 4, 1, .is_signed = true),
    FIELD_BLOB(CHUNK, data),
};
static const struct table chunk_table = TABLE(hardstop__vhost_backend_chunk, chunk_fields);

static const struct field backend_fields[] = {
    FIELD_STRUCTS(Hardstop__VhostBackend, chunk, &chunk_table, .more = field_more_unless_zero),
    FIELD_NUMBER(Hardstop__VhostBackend, end, 4),
};
static const struct table backend_table = TABLE(hardstop__vhost_backend, backend_fields);

static const struct subsection_set net_subsections = {
    .vmstate = "virtio-net-device",
    .element = &hardstop__subsection__descriptor,
    .known = {
        { "virtio-net-device/rss", HARDSTOP__SUBSECTION__BODY_RSS, &rss_table },
        { "virtio-net-device/backend", HARDSTOP__SUBSECTION__BODY_BACKEND, &backend_table },
    },
};

static const struct field net_fields[] = {
    FIELD_BLOB(NET, mac, .fixed = 6),
    FIELD_NUMBER(NET, tx_waiting, 4),
    FIELD_NUMBER(NET, mergeable_rx_bufs, 4, FIELD_FLAG),
    FIELD_NUMBER(NET, status, 2),
    FIELD_NUMBER(NET, promisc, 1, FIELD_FLAG),
    FIELD_NUMBER(NET, allmulti, 1, FIELD_FLAG),
    FIELD_COUNT_OF(NET, mac_table_in_use, 4, 1, .unit = 6, .min = 0, .max = MAC_TABLE_MAX),
    FIELD_BLOB(NET, mac_table),
    FIELD_BLOB(NET, vlans, .fixed = 512),
    FIELD_NUMBER(NET, has_vnet_hdr, 4, FIELD_FLAG),
    FIELD_NUMBER(NET, multi_overflow, 1, FIELD_FLAG),
    FIELD_NUMBER(NET, uni_overflow, 1, FIELD_FLAG),
    FIELD_NUMBER(NET, alluni, 1, FIELD_FLAG),
    FIELD_NUMBER(NET, nomulti, 1, FIELD_FLAG),
    FIELD_NUMBER(NET, nouni, 1, FIELD_FLAG),
    FIELD_NUMBER(NET, nobcast, 1, FIELD_FLAG),
    FIELD_NUMBER(NET, has_ufo, 1, FIELD_FLAG),
    FIELD_NUMBER(NET, max_queue_pairs, 2, .present = has_queue_pairs),
    FIELD_NUMBER(NET, curr_queue_pairs, 2, .present = has_queue_pairs),
    FIELD_NUMBERS(NET, more_tx_waiting, 4, .count = more_pairs),
    FIELD_NUMBER(NET, curr_guest_offloads, 8, .present = has_guest_offloads),
    FIELD_SUBSECTION_LIST(NET, subsection, &net_subsections),
};
const struct table net_table = TABLE(hardstop__virtio_net, net_fields);
VIRTIO_PAYLOAD(net, NET, "virtio-net", .other_readings = 1);

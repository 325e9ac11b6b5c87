/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user-blk: hw/block/vhost-user-blk.c and hw/virtio/vhost.c, QEMU 11.1.  Before, it sent nothing of its own. */
#include "harness/wire/virtio/tables.h"

#define INFLIGHT Hardstop__VhostInflight
#define BUFFER Hardstop__VhostInflightBuffer

/* The innermost subsection of the payload that is being decoded holds the length of the buffer. */
static uint64_t buffer_size(const struct field_decoder *decoder, const void *message)
{
    const Hardstop__VirtioSection *section = (const Hardstop__VirtioSection *)decoder->root;
    const Hardstop__VhostUserBlk *blk = section->vhost_user_blk;

    (void)message;
    return blk->subsection[blk->n_subsection - 1]->inflight->size;
}

static const struct field buffer_fields[] = { FIELD_BLOB(BUFFER, addr, .count = buffer_size) };
static const struct table buffer_table = TABLE(hardstop__vhost_inflight_buffer, buffer_fields);

static const struct subsection_set inflight_subsections = {
    .vmstate = "vhost-inflight-region",
    .element = &hardstop__vhost_inflight_subsection__descriptor,
    .known = { { "vhost-inflight-region/buffer", HARDSTOP__VHOST_INFLIGHT_SUBSECTION__BODY_BUFFER, &buffer_table } },
};

static const struct field inflight_fields[] = {
    FIELD_NUMBER(INFLIGHT, size, 8),
    FIELD_NUMBER(INFLIGHT, queue_size, 2),
    FIELD_SUBSECTION_LIST(INFLIGHT, subsection, &inflight_subsections),
};
static const struct table inflight_table = TABLE(hardstop__vhost_inflight, inflight_fields);

static const struct subsection_set blk_subsections = {
    .vmstate = "vhost-user-blk",
    .element = &hardstop__subsection__descriptor,
    .known = { { "vhost-user-blk/inflight", HARDSTOP__SUBSECTION__BODY_INFLIGHT, &inflight_table } },
};

static const struct field blk_fields[] = {
    FIELD_SUBSECTION_LIST(Hardstop__VhostUserBlk, subsection, &blk_subsections),
};
const struct table vhost_user_blk_table = TABLE(hardstop__vhost_user_blk, blk_fields);
VIRTIO_PAYLOAD(vhost_user_blk, VHOST_USER_BLK, "vhost-user-blk");

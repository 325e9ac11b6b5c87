/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-balloon: hw/virtio/virtio-balloon.c, QEMU 7.2. */
#include "harness/wire/virtio/tables.h"

#define REPORT Hardstop__BalloonFreePageReport
static const struct field report_fields[] = {
    FIELD_NUMBER(REPORT, free_page_hint_cmd_id, 4),
    FIELD_NUMBER(REPORT, free_page_hint_status, 4),
};
static const struct table report_table = TABLE(hardstop__balloon_free_page_report, report_fields);

static const struct field poison_fields[] = { FIELD_NUMBER(Hardstop__BalloonPagePoison, poison_val, 4) };
static const struct table poison_table = TABLE(hardstop__balloon_page_poison, poison_fields);

static const struct subsection_set balloon_subsections = {
    .vmstate = "virtio-balloon-device",
    .element = &hardstop__subsection__descriptor,
    .known = {
        { "virtio-balloon-device/free-page-report", HARDSTOP__SUBSECTION__BODY_FREE_PAGE_REPORT, &report_table },
        { "virtio-balloon-device/page-poison", HARDSTOP__SUBSECTION__BODY_PAGE_POISON, &poison_table },
    },
};

#define BALLOON Hardstop__VirtioBalloon
static const struct field balloon_fields[] = {
    FIELD_NUMBER(BALLOON, num_pages, 4),
    FIELD_NUMBER(BALLOON, actual, 4),
    FIELD_SUBSECTION_LIST(BALLOON, subsection, &balloon_subsections),
};
const struct table balloon_table = TABLE(hardstop__virtio_balloon, balloon_fields);
VIRTIO_PAYLOAD(balloon, BALLOON, "virtio-balloon");

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rings in guest memory: section 2.7 (split) and 2.8 (packed) of the virtio specification 1.2, as QEMU's
 * hw/virtio/virtio.c (7.2) reads them.  The rows have the byte order of modern devices; where the fields of a ring come
 * to lie is no matter of the tables (harness/case/ring_areas.c).
 */
#include "harness/wire/ring.h"

#include "harness/wire/table.h"

#define LITTLE .little = true
#define DESC_FLAGS .min = 0, .max = 7

#define DESC Hardstop__VirtqDesc
static const struct field desc_fields[] = {
    FIELD_NUMBER(DESC, addr, 8, LITTLE),
    FIELD_NUMBER(DESC, len, 4, LITTLE),
    FIELD_NUMBER(DESC, flags, 2, LITTLE, DESC_FLAGS),
    FIELD_NUMBER(DESC, next, 2, LITTLE),
};
const struct table virtq_desc_table = TABLE(hardstop__virtq_desc, desc_fields);

#define AVAIL Hardstop__VirtqAvail
static const struct field avail_fields[] = {
    FIELD_NUMBER(AVAIL, flags, 2, LITTLE, FIELD_FLAG),
    FIELD_NUMBER(AVAIL, idx, 2, LITTLE),
    FIELD_NUMBERS(AVAIL, ring, 2, LITTLE),
    FIELD_NUMBER(AVAIL, used_event, 2, LITTLE),
};
const struct table virtq_avail_table = TABLE(hardstop__virtq_avail, avail_fields);

#define USED Hardstop__VirtqUsed
static const struct field used_fields[] = {
    FIELD_NUMBER(USED, flags, 2, LITTLE, FIELD_FLAG),
    FIELD_NUMBER(USED, idx, 2, LITTLE),
    FIELD_NUMBER(USED, avail_event, 2, LITTLE),
};
const struct table virtq_used_table = TABLE(hardstop__virtq_used, used_fields);

#define SPLIT Hardstop__SplitRing
static const struct field split_fields[] = {
    FIELD_STRUCTS(SPLIT, desc, &virtq_desc_table),
    FIELD_STRUCT(SPLIT, avail, &virtq_avail_table),
    FIELD_STRUCT(SPLIT, used, &virtq_used_table),
};
static const struct table split_table = TABLE(hardstop__split_ring, split_fields);

#define PACKED_DESC Hardstop__VirtqPackedDesc
static const struct field packed_desc_fields[] = {
    FIELD_NUMBER(PACKED_DESC, addr, 8, LITTLE),
    FIELD_NUMBER(PACKED_DESC, len, 4, LITTLE),
    FIELD_NUMBER(PACKED_DESC, id, 2, LITTLE),
    FIELD_NUMBER(PACKED_DESC, flags, 2, LITTLE, DESC_FLAGS),
};
const struct table virtq_packed_desc_table = TABLE(hardstop__virtq_packed_desc, packed_desc_fields);

#define EVENT Hardstop__VirtqEvent
static const struct field event_fields[] = {
    FIELD_NUMBER(EVENT, off_wrap, 2, LITTLE),
    FIELD_NUMBER(EVENT, flags, 2, LITTLE, .min = 0, .max = 2),
};
const struct table virtq_event_table = TABLE(hardstop__virtq_event, event_fields);

#define PACKED Hardstop__PackedRing
static const struct field packed_fields[] = {
    FIELD_STRUCTS(PACKED, desc, &virtq_packed_desc_table),
    FIELD_STRUCT(PACKED, driver, &virtq_event_table),
    FIELD_STRUCT(PACKED, device, &virtq_event_table),
};
static const struct table packed_table = TABLE(hardstop__packed_ring, packed_fields);

#define RING Hardstop__Ring
static const struct field ring_fields[] = {
    FIELD_ONEOF(RING, split, form_case, HARDSTOP__RING__FORM_SPLIT, &split_table),
    FIELD_ONEOF(RING, packed, form_case, HARDSTOP__RING__FORM_PACKED, &packed_table),
};
const struct table ring_table = TABLE(hardstop__ring, ring_fields);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ccw transport: hw/s390x/virtio-ccw.c and css.c, QEMU 7.2. */
#include "harness/wire/virtio/tables.h"

#define PMCW Hardstop__Pmcw
static const struct field pmcw_fields[] = {
    FIELD_NUMBER(PMCW, intparm, 4), FIELD_NUMBER(PMCW, flags, 2), FIELD_NUMBER(PMCW, devno, 2),
    FIELD_NUMBER(PMCW, lpm, 1),     FIELD_NUMBER(PMCW, pnom, 1),  FIELD_NUMBER(PMCW, lpum, 1),
    FIELD_NUMBER(PMCW, pim, 1),     FIELD_NUMBER(PMCW, mbi, 2),   FIELD_NUMBER(PMCW, pom, 1),
    FIELD_NUMBER(PMCW, pam, 1),     FIELD_BLOB(PMCW, chpid, .fixed = 8), FIELD_NUMBER(PMCW, chars, 4),
};
static const struct table pmcw_table = TABLE(hardstop__pmcw, pmcw_fields);

#define SCSW Hardstop__Scsw
static const struct field scsw_fields[] = {
    FIELD_NUMBER(SCSW, flags, 2), FIELD_NUMBER(SCSW, ctrl, 2),  FIELD_NUMBER(SCSW, cpa, 4),
    FIELD_NUMBER(SCSW, dstat, 1), FIELD_NUMBER(SCSW, cstat, 1), FIELD_NUMBER(SCSW, count, 2),
};
static const struct table scsw_table = TABLE(hardstop__scsw, scsw_fields);

#define CCW1 Hardstop__Ccw1
static const struct field ccw1_fields[] = {
    FIELD_NUMBER(CCW1, cmd_code, 1),
    FIELD_NUMBER(CCW1, flags, 1),
    FIELD_NUMBER(CCW1, count, 2),
    FIELD_NUMBER(CCW1, cda, 4),
};
static const struct table ccw1_table = TABLE(hardstop__ccw1, ccw1_fields);

#define CIW Hardstop__Ciw
static const struct field ciw_fields[] = {
    FIELD_NUMBER(CIW, type, 1),
    FIELD_NUMBER(CIW, command, 1),
    FIELD_NUMBER(CIW, count, 2),
};
static const struct table ciw_table = TABLE(hardstop__ciw, ciw_fields);

#define SENSE_ID Hardstop__SenseId
static const struct field sense_id_fields[] = {
    FIELD_NUMBER(SENSE_ID, reserved, 1),  FIELD_NUMBER(SENSE_ID, cu_type, 2),
    FIELD_NUMBER(SENSE_ID, cu_model, 1),  FIELD_NUMBER(SENSE_ID, dev_type, 2),
    FIELD_NUMBER(SENSE_ID, dev_model, 1), FIELD_NUMBER(SENSE_ID, unused, 1),
    FIELD_STRUCTS(SENSE_ID, ciw, &ciw_table, .fixed = 62),
};
static const struct table sense_id_table = TABLE(hardstop__sense_id, sense_id_fields);

#define ORB Hardstop__Orb
static const struct field orb_fields[] = {
    FIELD_NUMBER(ORB, intparm, 4), FIELD_NUMBER(ORB, ctrl0, 2), FIELD_NUMBER(ORB, lpm, 1),
    FIELD_NUMBER(ORB, ctrl1, 1),   FIELD_NUMBER(ORB, cpa, 4),
};
static const struct table orb_table = TABLE(hardstop__orb, orb_fields);

static const struct field summary_offset_fields[] = {
    FIELD_NUMBER(Hardstop__SummaryOffset, summary_offset, 4),
};
static const struct table summary_offset_table = TABLE(hardstop__summary_offset, summary_offset_fields);

static const struct field ind_addr_fields[] = {
    FIELD_NUMBER(Hardstop__IndAddr, len, 4, .is_signed = true),
    FIELD_NUMBER(Hardstop__IndAddr, addr, 8),
};
static const struct table ind_addr_table = TABLE(hardstop__ind_addr, ind_addr_fields);

static const struct subsection_set subch_subsections = {
    .vmstate = "s390_subch_dev",
    .element = &hardstop__subsection__descriptor,
    .known = { { "s390_subch_dev/orb", HARDSTOP__SUBSECTION__BODY_ORB, &orb_table } },
};

static const struct subsection_set adapter_subsections = {
    .vmstate = "s390_adapter_info",
    .element = &hardstop__subsection__descriptor,
    .known = { { "s390_adapter_info/summary_offset", HARDSTOP__SUBSECTION__BODY_SUMMARY_OFFSET,
                 &summary_offset_table } },
};

#define CCW Hardstop__CcwTransport
static const struct field ccw_fields[] = {
    FIELD_NUMBER(CCW, cssid, 1),
    FIELD_NUMBER(CCW, ssid, 1),
    FIELD_NUMBER(CCW, migrated_schid, 2),
    FIELD_NUMBER(CCW, devno, 2),
    FIELD_NUMBER(CCW, thinint_active, 1, FIELD_FLAG),
    FIELD_STRUCT(CCW, pmcw, &pmcw_table),
    FIELD_STRUCT(CCW, scsw, &scsw_table),
    FIELD_NUMBER(CCW, mba, 8),
    FIELD_BLOB(CCW, mda, .fixed = 4),
    FIELD_BLOB(CCW, sense_data, .fixed = 32),
    FIELD_NUMBER(CCW, channel_prog, 8),
    FIELD_STRUCT(CCW, last_cmd, &ccw1_table),
    FIELD_NUMBER(CCW, last_cmd_valid, 1, FIELD_FLAG),
    FIELD_STRUCT(CCW, id, &sense_id_table),
    FIELD_NUMBER(CCW, ccw_fmt_1, 1, FIELD_FLAG),
    FIELD_NUMBER(CCW, ccw_no_data_cnt, 1),
    FIELD_SUBSECTION_LIST(CCW, subch_subsection, &subch_subsections),
    FIELD_STRUCT(CCW, indicators, &ind_addr_table),
    FIELD_STRUCT(CCW, indicators2, &ind_addr_table),
    FIELD_STRUCT(CCW, summary_indicator, &ind_addr_table),
    FIELD_NUMBER(CCW, config_vector, 2),
    FIELD_NUMBER(CCW, ind_offset, 8),
    FIELD_SUBSECTION_LIST(CCW, adapter_subsection, &adapter_subsections),
    FIELD_NUMBER(CCW, thinint_isc, 1, .min = 0, .max = 7),
    FIELD_NUMBER(CCW, revision, 4, .is_signed = true),
};
const struct table ccw_table = TABLE(hardstop__ccw_transport, ccw_fields);

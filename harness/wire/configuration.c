/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Subsections of the configuration section: migration/savevm.c, QEMU 7.2. */
#include "harness/wire/framing.h"
#include "harness/wire/table.h"

static const struct field target_page_bits_fields[] = {
    FIELD_NUMBER(Hardstop__ConfigurationTargetPageBits, target_page_bits, 4),
};
static const struct table target_page_bits_table =
    TABLE(hardstop__configuration_target_page_bits, target_page_bits_fields);

static const struct field capability_fields[] = {
    FIELD_COUNT_OF(Hardstop__Capability, name_len, 1, 1),
    FIELD_BLOB(Hardstop__Capability, name),
};
static const struct table capability_table = TABLE(hardstop__capability, capability_fields);

static const struct field capabilities_fields[] = {
    FIELD_COUNT_OF(Hardstop__ConfigurationCapabilities, caps_count, 4, 1),
    FIELD_STRUCTS(Hardstop__ConfigurationCapabilities, capability, &capability_table),
};
static const struct table capabilities_table = TABLE(hardstop__configuration_capabilities, capabilities_fields);

static const struct field uuid_fields[] = { FIELD_BLOB(Hardstop__ConfigurationUuid, uuid, .fixed = 16) };
static const struct table uuid_table = TABLE(hardstop__configuration_uuid, uuid_fields);

const struct subsection_set configuration_subsections = {
    .vmstate = "configuration",
    .element = &hardstop__subsection__descriptor,
    .known = {
        { "configuration/target-page-bits", HARDSTOP__SUBSECTION__BODY_TARGET_PAGE_BITS, &target_page_bits_table },
        { "configuration/capabilities", HARDSTOP__SUBSECTION__BODY_CAPABILITIES, &capabilities_table },
        { "configuration/uuid", HARDSTOP__SUBSECTION__BODY_UUID, &uuid_table },
    },
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of QEMU 7.2.22, 10.0.13 and 11.1.3 that name a section, a field, or a reason: one row for each shape. */
#include "harness/finding/naming_rows.h"

#include "harness/base/check.h"

/* migration/savevm.c: each has se->idstr or section_id of the section whose header was read last. */
const struct naming_section_row naming_section_rows[] = {
    { "error while loading state for instance ", " of device '", NAMING_BY_INSTANCE },
    { "error while loading state section id ", "(", NAMING_BY_IDSTR },
    { "Missing section footer for ", "", NAMING_BY_IDSTR },
    { "Mismatched section id in footer for ", "", NAMING_BY_IDSTR },
    { "section or instance '", "", NAMING_BY_IDSTR },
    { "unsupported version ", " for '", NAMING_BY_IDSTR },
    { "Unable to read ID string for section ", "", NAMING_BY_NUMBER },
    { "Unknown savevm section ", "", NAMING_BY_NUMBER },
    { "Unknown section ", "", NAMING_BY_NUMBER },
    { "Section footer error, section_id: ", "", NAMING_BY_NUMBER },
};
const size_t naming_n_section_rows = HS_COUNT(naming_section_rows);

const struct naming_field_row naming_field_rows[] = {
    /* Of the frame (migration/savevm.c).  idstr_len and idstr are one counted string. */
    { "type", "Unknown savevm section type" },
    { "type", "Unknown section type" },
    { "idstr_len", "Unable to read ID string" },
    { "idstr", "Unable to read ID string" },
    { "idstr_len", "section or instance '" },
    { "idstr", "section or instance '" },
    { "instance_id", "section or instance '" },
    { "instance_id", "Failed to read instance/version ID" },
    { "version_id", "Failed to read instance/version ID" },
    { "version_id", "unsupported version" },
    { "version_id", "incoming version_id" },
    { "section_id", "Mismatched section id" },
    { "footer.section_id", "Mismatched section id" },
    { "footer.mark", "Missing section footer" },
    { "footer.mark", "Read section footer failed" },
    /* Of a subsection, whose name stands before the check (migration/vmstate.c); a name that is none is quoted. */
    { "*subsection[$].version_id", "$: incoming version_id" },
    { "*subsection[$].name", "does not exist" },
    { "*subsection[$].name_len", "does not exist" },
    /* virtio_load() and virtio_set_features() (hw/virtio/virtio.c). */
    { "virtio.num_queues", "Invalid number of virtqueues" },
    { "virtio.guest_features", "Features 0x" },
    { "virtio.subsection[virtio/64bit_features].features_64bit.guest_features", "Features 0x" },
    { "virtio.queue[%].num", "VQ % vring.num" },
    { "virtio.queue[%].num", "VQ % size" },
    { "virtio.queue[%].desc", "VQ % address" },
    { "virtio.queue[%].last_avail_idx", "VQ % address" }, /* "inconsistent with Host index": that is this field */
    { "virtio.queue[%].last_avail_idx", "VQ % size" },
    { "virtio.subsection[virtio/virtqueues].virtqueues.vq[%].used", "VQ % size" },
    /* hw/net/virtio-net.c */
    { "virtio.net.has_vnet_hdr", "vnet_hdr" },
    { "virtio.net.has_ufo", "TUN_F_UFO" },
    { "virtio.net.curr_queue_pairs", "curr_queue_pairs" },
    /* hw/s390x/css.c, before QEMU 7.2's and 10.0's own name of the field, which 11.1 leaves out. */
    { "virtio.ccw.devno", "Devno mismatch" },
};
const size_t naming_n_field_rows = HS_COUNT(naming_field_rows);

/* vmstate_load_state() (migration/vmstate.c): the innermost field comes first. */
const struct naming_name_row naming_name_rows[] = {
    { "Failed to load ", ":" }, /* 7.2 and 10.0: VMState and field */
    { "Failed to load element of type ", " for " }, /* 11.1 */
};
const size_t naming_n_name_rows = HS_COUNT(naming_name_rows);

const struct naming_reason_row naming_reason_rows[] = {
    { "Mismatched section id in footer", "expected 0x" },
    { "incoming version_id ", "for local " },
    { "unsupported version ", "' v" },
    { "Features 0x", "Allowed features: 0x" },
    { "VQ ", "inconsistent with Host index 0x" },
    { "VQ ", " exceeds allocated max " },
    { "VQ ", " < last_avail_idx 0x" },
    { "Bad config data: i=", " device: " },
    { "irq state ", "must be " },
    { "Invalid value ", " expecting " },
    { "curr_queue_pairs ", " > max_queue_pairs " },
    { "", " != " }, /* info->get of "equal" types: vmstate-types.c */
};
const size_t naming_n_reason_rows = HS_COUNT(naming_reason_rows);

/* process_incoming_migration_co(), qemu_load_device_state(); the last is ours, for a load that prints nothing. */
const char *const naming_bare_rows[] = {
    "load of migration failed", "Failed to load device state", "error -",
};
const size_t naming_n_bare_rows = HS_COUNT(naming_bare_rows);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of payloads, one definition each in ccw.c, pci.c, virtio.c and the device files; payload.c lists them. */
#ifndef HARDSTOP_WIRE_VIRTIO_TABLES_H
#define HARDSTOP_WIRE_VIRTIO_TABLES_H

#include "harness/wire/field.h"
#include "virtio.pb-c.h"

/* Transports: hw/s390x/virtio-ccw.c and hw/virtio/virtio-pci.c (7.2). */
extern const struct table ccw_table;
extern const struct table pci_table;
extern const struct table pci_extra_state_table;

/* Device payloads (7.2). */
extern const struct table net_table;
extern const struct table blk_table;
extern const struct table balloon_table;
extern const struct table rng_table;
extern const struct table scsi_table;
extern const struct table serial_table;
extern const struct table input_table;
extern const struct table gpu_table;
extern const struct table p9_table;
extern const struct table iommu_table;
extern const struct table mem_table;
extern const struct table vsock_table;

/* The whole payload of a virtio section: hw/virtio/virtio.c (7.2). */
extern const struct table virtio_table;

/* The whole payload of a disk's section: hw/scsi/scsi-disk.c (7.2). */
extern const struct table scsi_disk_table;

/* The configuration section's subsections: migration/savevm.c (7.2). */
extern const struct subsection_set configuration_subsections;

/* A ring element as blk, scsi and serial migrate it (host byte order and layout): virtio.c (7.2). */
extern const struct table queue_element_table;

/*
 * How many MSI-X vectors the config space of a PciTransport promises: 0 without the capability (PCI spec 6.8.2), at
 * most 2048.  `message` is a Hardstop__PciTransport.
 */
uint64_t pci_msix_vectors(const void *message);

/* The row of a field of a payload's message or of one below it, or NULL: for those who know only the protobuf side. */
const struct field *tables_find(const ProtobufCFieldDescriptor *descriptor);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tables share: the frame of every virtio section, into which a device's table is set. */
#ifndef HARDSTOP_WIRE_VIRTIO_TABLES_H
#define HARDSTOP_WIRE_VIRTIO_TABLES_H

#include "harness/wire/payload.h"
#include "harness/wire/table.h"
#include "virtio.pb-c.h"

/* The whole payload of a virtio section: hw/virtio/virtio.c (7.2 and 10.2). */
extern const struct table virtio_table;

/*
 * At the end of a device's file, behind its table: the section whose idstr ends in `name` has it.  `member` is that of
 * VirtioSection.device, the file's name and the table's; NUMBER the same in capitals.  Further arguments are members
 * of struct payload.
 */
#define VIRTIO_PAYLOAD(member, NUMBER, name, ...)                                                    \
    const struct payload member##_payload = {                                                        \
        .idstr = name, .tag = HARDSTOP__SECTION__PAYLOAD_VIRTIO, .table = &virtio_table,             \
        .device = HARDSTOP__VIRTIO_SECTION__DEVICE_##NUMBER, __VA_ARGS__                             \
    }

/* Transports: hw/s390x/virtio-ccw.c, hw/virtio/virtio-pci.c and virtio-mmio.c (7.2). */
extern const struct table ccw_table;
extern const struct table pci_table;
extern const struct table mmio_table;
/* Of the subsection virtio/extra_state. */
extern const struct subsection_set pci_subsections;
extern const struct subsection_set mmio_subsections;

/*
 * How many MSI-X vectors the config space of a PciTransport promises: 0 without the capability (PCI spec 6.8.2), at
 * most 2048.  `message` is a Hardstop__PciTransport.
 */
uint64_t pci_msix_vectors(const void *message);

/* Of virtio-mem: how many words of 64 bits tell of each block. */
uint64_t mem_bitmap_words(uint64_t region_size, uint64_t block_size);

/* A ring element as blk, scsi and serial migrate it (host byte order and layout): virtio.c (7.2). */
extern const struct table queue_element_table;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pci transport: hw/virtio/virtio-pci.c, hw/pci/pci.c and msix.c, QEMU 7.2 and 10.2. */
#include "harness/wire/virtio/tables.h"

#define PCI Hardstop__PciTransport

enum {
    CONFIG_SIZE = 256,
    EXPRESS_CONFIG_SIZE = 4096,
    STATUS = 0x06,
    STATUS_CAP_LIST = 0x10,
    CAPABILITY_LIST = 0x34,
    CAP_ID_EXPRESS = 0x10,
    CAP_ID_MSIX = 0x11,
    MAX_CAPABILITIES = 48, /* 256 bytes hold no more, so a longer chain is a loop */
};

/* Offset of the capability in config space, or 0. */
static size_t find_capability(const uint8_t *config, size_t size, uint8_t id)
{
    size_t at;

    if (size < CONFIG_SIZE || !(config[STATUS] & STATUS_CAP_LIST)) {
        return 0;
    }
    at = config[CAPABILITY_LIST] & ~3u;
    for (int i = 0; i < MAX_CAPABILITIES && at >= 0x40 && at + 4 <= CONFIG_SIZE; i++) {
        if (config[at] == id) {
            return at;
        }
        at = config[at + 1] & ~3u;
    }
    return 0;
}

uint64_t pci_msix_vectors(const void *message)
{
    const PCI *pci = message;
    size_t at = pci->has_config ? find_capability(pci->config.data, pci->config.len, CAP_ID_MSIX) : 0;

    return at ? ((pci->config.data[at + 2] | (pci->config.data[at + 3] << 8)) & 0x7ff) + 1u : 0;
}

/* A device is PCI Express where its config space has that capability (hw/pci/pci.c, pci_config_size()). */
static uint64_t config_size(const struct field_decoder *decoder, const void *message)
{
    const uint8_t *config = decoder->in.data + decoder->in.at;
    bool express = find_capability(config, bytes_left(&decoder->in), CAP_ID_EXPRESS) != 0;

    (void)message;
    return express ? EXPRESS_CONFIG_SIZE : CONFIG_SIZE;
}

static uint64_t vectors(const struct field_decoder *decoder, const void *message)
{
    (void)decoder;
    return pci_msix_vectors(message);
}

static uint64_t pba_size(const struct field_decoder *decoder, const void *message)
{
    return (vectors(decoder, message) + 7) / 8;
}

static bool has_msix(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    (void)decoder;
    (void)field;
    return pci_msix_vectors(message) != 0;
}

#define MSIX_ENTRY Hardstop__MsixEntry
static const struct field msix_entry_fields[] = {
    FIELD_NUMBER(MSIX_ENTRY, address, 8, .little = true),
    FIELD_NUMBER(MSIX_ENTRY, data, 4, .little = true),
    FIELD_NUMBER(MSIX_ENTRY, control, 4, .little = true),
};
static const struct table msix_entry_table = TABLE(hardstop__msix_entry, msix_entry_fields);

static const struct subsection_set pci_device_subsections = {
    .vmstate = "PCIDevice",
    .element = &hardstop__subsection__descriptor,
};

static const struct field pci_fields[] = {
    FIELD_NUMBER(PCI, version_id, 4, .is_signed = true, .min = 0, .max = 2),
    FIELD_BLOB(PCI, config, .count = config_size),
    FIELD_NUMBERS(PCI, irq_state, 4, .fixed = 4, FIELD_FLAG),
    FIELD_SUBSECTION_LIST(PCI, pci_subsection, &pci_device_subsections),
    FIELD_STRUCTS(PCI, msix_table, &msix_entry_table, .count = vectors),
    FIELD_BLOB(PCI, msix_pba, .present = has_msix, .count = pba_size),
    FIELD_NUMBER(PCI, config_vector, 2, .present = has_msix),
};
const struct table pci_table = TABLE(hardstop__pci_transport, pci_fields);

#define MODERN_QUEUE Hardstop__PciModernQueue
static const struct field modern_queue_fields[] = {
    FIELD_NUMBER(MODERN_QUEUE, num, 2),
    FIELD_NUMBER(MODERN_QUEUE, unused, 1),
    FIELD_NUMBER(MODERN_QUEUE, enabled, 1, FIELD_FLAG),
    FIELD_NUMBERS(MODERN_QUEUE, desc, 4, .fixed = 2),
    FIELD_NUMBERS(MODERN_QUEUE, avail, 4, .fixed = 2),
    FIELD_NUMBERS(MODERN_QUEUE, used, 4, .fixed = 2),
};
static const struct table modern_queue_table = TABLE(hardstop__pci_modern_queue, modern_queue_fields);

static const struct field features128_fields[] = {
    FIELD_NUMBERS(Hardstop__PciFeatures128, guest_features, 4, .fixed = 2),
};
static const struct table features128_table = TABLE(hardstop__pci_features128, features128_fields);

static const struct subsection_set modern_state_subsections = {
    .vmstate = "virtio_pci/modern_state",
    .element = &hardstop__pci_modern_subsection__descriptor,
    .known = { { "virtio_pci/modern_state/features128", HARDSTOP__PCI_MODERN_SUBSECTION__BODY_FEATURES128,
                 &features128_table } },
};

#define MODERN_STATE Hardstop__PciModernState
static const struct field modern_state_fields[] = {
    FIELD_NUMBER(MODERN_STATE, dfselect, 4),
    FIELD_NUMBER(MODERN_STATE, gfselect, 4),
    FIELD_NUMBERS(MODERN_STATE, guest_features, 4, .fixed = 2),
    FIELD_STRUCTS(MODERN_STATE, vqs, &modern_queue_table, .fixed = 1024),
    FIELD_SUBSECTION_LIST(MODERN_STATE, subsection, &modern_state_subsections),
};
static const struct table modern_state_table = TABLE(hardstop__pci_modern_state, modern_state_fields);

const struct subsection_set pci_subsections = {
    .vmstate = "virtio_pci",
    .element = &hardstop__pci_subsection__descriptor,
    .known = { { "virtio_pci/modern_state", HARDSTOP__PCI_SUBSECTION__BODY_MODERN_STATE, &modern_state_table } },
};

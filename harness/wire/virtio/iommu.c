/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-iommu: hw/virtio/virtio-iommu.c, QEMU 7.2.  Trees (a count, then elements, each behind a mark, then a zero)
 * and lists (the same without the count) are those of migration/vmstate-types.c.
 */
#include "harness/wire/virtio/tables.h"

static bool more_elements(const struct field_decoder *decoder, const void *message, size_t i)
{
    (void)message;
    (void)i;
    return bytes_peek(&decoder->in, 0) > 0;
}

#define ENDPOINT Hardstop__IommuEndpoint
static const struct field endpoint_fields[] = {
    FIELD_NUMBER(ENDPOINT, more, 1, .initial = 1),
    FIELD_NUMBER(ENDPOINT, id, 4),
};
static const struct table endpoint_table = TABLE(hardstop__iommu_endpoint, endpoint_fields);

#define MAPPING Hardstop__IommuMapping
static const struct field mapping_fields[] = {
    FIELD_NUMBER(MAPPING, more, 1, .initial = 1), FIELD_NUMBER(MAPPING, low, 8), FIELD_NUMBER(MAPPING, high, 8),
    FIELD_NUMBER(MAPPING, phys_addr, 8),          FIELD_NUMBER(MAPPING, flags, 4),
};
static const struct table mapping_table = TABLE(hardstop__iommu_mapping, mapping_fields);

#define DOMAIN Hardstop__IommuDomain
static const struct field domain_fields[] = {
    FIELD_NUMBER(DOMAIN, more, 1, .initial = 1),
    FIELD_NUMBER(DOMAIN, key, 8),
    FIELD_NUMBER(DOMAIN, id, 4),
    FIELD_COUNT_OF(DOMAIN, mappings, 4, 1),
    FIELD_STRUCTS(DOMAIN, mapping, &mapping_table, .more = more_elements),
    FIELD_NUMBER(DOMAIN, mapping_end, 1),
    FIELD_STRUCTS(DOMAIN, endpoint, &endpoint_table, .more = more_elements),
    FIELD_NUMBER(DOMAIN, endpoint_end, 1),
    FIELD_NUMBER(DOMAIN, bypass, 1, FIELD_FLAG),
};
static const struct table domain_table = TABLE(hardstop__iommu_domain, domain_fields);

#define IOMMU Hardstop__VirtioIommu
static const struct field iommu_fields[] = {
    FIELD_COUNT_OF(IOMMU, domains, 4, 1),
    FIELD_STRUCTS(IOMMU, domain, &domain_table, .more = more_elements),
    FIELD_NUMBER(IOMMU, domain_end, 1),
    FIELD_NUMBER(IOMMU, bypass, 1, FIELD_FLAG),
};
const struct table iommu_table = TABLE(hardstop__virtio_iommu, iommu_fields);
VIRTIO_PAYLOAD(iommu, IOMMU, "virtio-iommu");

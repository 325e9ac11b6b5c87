/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules for fields, and values made of a hash of the path. */
#include "harness/canary/canary_table.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/check.h"
#include "harness/judge/recomputed.h"
#include "harness/wire/tables.h"

#define SUBSECTION(name, body) \
    "virtio/" name, "virtio { subsection { name: 'virtio/" name "' version_id: 1 " body " } }"
/* A request in flight; its buffers are in guest memory. */
#define ELEMENT                                                                                                      \
    "elem { index: 17 out_num: 2 in_num: 3 in_addr: [ 1572864, 1573888, 1574912 ] out_addr: [ 1576960, 1577984 ] " \
    "in_sg { iov_len: 513 } in_sg { iov_len: 514 } in_sg { iov_len: 515 } "                                         \
    "out_sg { iov_len: 769 } out_sg { iov_len: 770 } }"

const struct canary_part canary_parts[] = {
    { NULL, SUBSECTION("device_endian", "device_endian { device_endian: 2 }") },
    { NULL, SUBSECTION("broken", "broken { broken: 1 }") },
    { NULL, SUBSECTION("started", "started { started: 1 }") },
    { NULL, SUBSECTION("disabled", "disabled { disabled: 1 }") },
    { "net*", NULL, "virtio { net { mac_table: 'three addresses!!!' } }" },
    { "net*", "virtio-net-device/rss",
      "virtio { net { subsection { name: 'virtio-net-device/rss' version_id: 1 rss { enabled: 1 "
      "indirections_table: [ 258, 772, 1286, 1800 ] } } } }" },
    { "blk", NULL, "virtio { blk { request { " ELEMENT " } } }" },
    { "blk-mq", NULL, "virtio { blk { request { vq_index: 2 " ELEMENT " } } }" },
    /* TEST UNIT READY, which moves no data; its buffers hold no more than the header and the answer. */
    { "scsi", NULL,
      "scsi_disk { qdev { request { retry: 1 cmd: '\\000' tag: 513 lun: 0 vq_index: 2 elem { index: 17 out_num: 1 "
      "in_num: 1 in_addr: 1572864 out_addr: 1576960 in_sg { iov_len: 108 } out_sg { iov_len: 51 } } } } }" },
    { "gpu", NULL,
      "virtio { gpu { resource { resource_id: 7 width: 4 height: 3 format: 2 iov { addr: 1572864 iov_len: 24 } "
      "iov { addr: 1573888 iov_len: 24 } image: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV' } "
      "scanouts { scanout { resource_id: 7 width: 4 height: 3 } } } }" },
    /* Trees are saved in the order of their keys. */
    { "iommu", NULL,
      "virtio { iommu { domain { key: 0x1122334455667788 id: 5 mapping { low: 0x0102030405060708 "
      "high: 0x01020304050708ff phys_addr: 1048576 flags: 3 } mapping { low: 0x1112131415161718 "
      "high: 0x11121314151718ff phys_addr: 1064960 flags: 1 } endpoint { id: 16 } } "
      "domain { key: 0x2233445566778899 id: 9 mapping { low: 0x2122232425262728 "
      "high: 0x21222324252728ff phys_addr: 1081344 flags: 2 } } } }" },
    { NULL },
};

const struct canary_rule canary_rules[] = {
    /* Numbers that are free, but not for every value. */
    { "VirtQueue.num", CANARY_LEAVE, NULL }, /* set with the rings */
    { "VirtQueue.desc", CANARY_LEAVE, NULL },
    { "VirtQueue.last_avail_idx", CANARY_LEAVE, NULL },
    { "VirtioSection.guest_features", CANARY_LEAVE, NULL }, /* negotiated */
    { "Features64.guest_features", CANARY_LEAVE, NULL },
    { "VirtqueueState", CANARY_LEAVE_SET, NULL },
    { "IommuDomain.key", CANARY_LEAVE, NULL },
    { "IommuMapping.low", CANARY_LEAVE, NULL },
    { "IommuMapping.high", CANARY_LEAVE, NULL },
    { "VirtQueue.vector", CANARY_VECTOR, NULL },
    { "PciTransport.config_vector", CANARY_VECTOR, NULL },
    /* Places that hold none, beside what QEMU recomputes by design: recomputed.c. */
    { "CcwTransport.cssid", CANARY_FILL, "must be the machine's own" },
    { "CcwTransport.ssid", CANARY_FILL, "must be the machine's own" },
    { "CcwTransport.devno", CANARY_FILL, "must be the machine's own" },
    { "PciTransport.config", CANARY_FILL, "read-only bytes of the configuration space" },
    { "VirtioNet.has_vnet_hdr", CANARY_FILL, "only a peer in the host has it" },
    { "VirtioNet.has_ufo", CANARY_FILL, "only a peer in the host has it" },
    { "VirtioNet.max_queue_pairs", CANARY_FILL, "must be the machine's own" },
    { "VirtioNet.curr_queue_pairs", CANARY_LEAVE, "reaches the host's tap, which the next load would find changed" },
    { "VirtioMem.addr", CANARY_FILL, "must be the machine's own" },
    { "VirtioMem.region_size", CANARY_FILL, "must be the machine's own" },
    { "VirtioMem.block_size", CANARY_FILL, "must be the machine's own" },
    { "VirtioMem.node", CANARY_FILL, "must be the machine's own" },
    { "VirtioSerial.ports_map", CANARY_FILL, "must be the machine's own" },
    { "VirtioSerialPort.id", CANARY_FILL, "must be a port of the machine" },
    { "VirtioSerialPort.elem_popped", CANARY_FILL, "what a port held back flows on while the rest is loaded" },
    { "VirtioBlkRequest.more", CANARY_FILL, "a mark: 1" },
    { "IommuDomain.more", CANARY_FILL, "a mark: 1" },
    { "IommuMapping.more", CANARY_FILL, "a mark: 1" },
    { "IommuEndpoint.more", CANARY_FILL, "a mark: 1" },
    { "VirtioBlk.end", CANARY_FILL, "a mark: 0" },
    { "VirtioGpu.end", CANARY_FILL, "a mark: 0" },
    { "ScsiDevice.end", CANARY_FILL, "a mark: 0" },
    { "IommuDomain.mapping_end", CANARY_FILL, "a mark: 0" },
    { "IommuDomain.endpoint_end", CANARY_FILL, "a mark: 0" },
    { "VirtioIommu.domain_end", CANARY_FILL, "a mark: 0" },
    { NULL, CANARY_FILL, NULL },
};

/* The rows that the rules' names stand for, looked up once. */
static const struct canary_rule *rule_of(const struct field *field)
{
    static struct {
        const struct field *first;
        size_t n;
    } rows[HS_COUNT(canary_rules)];

    for (size_t i = 0; canary_rules[i].field; i++) {
        if (!rows[i].first) {
            rows[i].first = tables_named(canary_rules[i].field, &rows[i].n);
            HS_CHECK(rows[i].first, "no table has a field %s", canary_rules[i].field);
        }
        if (field >= rows[i].first && field < rows[i].first + rows[i].n) {
            return &canary_rules[i];
        }
    }
    return NULL;
}

static enum canary_what what_of(const struct map_entry *entry)
{
    const struct canary_rule *rule = rule_of(entry->field);

    return rule ? rule->what : CANARY_FILL;
}

bool canary_is_field(const struct map_entry *entry, size_t last_section)
{
    return entry->part == FIELD_PART_TABLE && entry->field && map_is_payload(entry) && entry->section < last_section &&
           entry->field->kind != FIELD_COUNT;
}

void canary_pattern(const char *path, char *pattern, size_t size)
{
    size_t n = 0;

    while (*path && n + 2 < size) {
        if (path[0] == '[' && path[1] >= '0' && path[1] <= '9') {
            pattern[n++] = '#';
            path += strcspn(path, "]");
        } else if (path[0] == '[') {
            pattern[n++] = ':';
        } else if (path[0] != ']') {
            pattern[n++] = path[0];
        }
        path += *path != 0;
    }
    pattern[n] = 0;
}

enum { DENSE = 64, SHORT = 3 }; /* elements of an array that use all their bytes; bytes that the others use */

static bool is_far_back(const char *path)
{
    for (path = strchr(path, '['); path; path = strchr(path + 1, '[')) {
        if (strtoul(path + 1, NULL, 10) >= DENSE) {
            return true;
        }
    }
    return false;
}

/* No byte is zero, but the upper ones far back in an array: the seeds would be twice as large. */
static uint64_t mix(const char *path, uint64_t salt, unsigned width)
{
    uint64_t hash = XXH3_64bits_withSeed(path, strlen(path), salt), value = 0;

    width = is_far_back(path) && width > SHORT ? SHORT : width;

    for (unsigned i = 0; i < width; i++) {
        value = value << 8 | (1 + (hash >> (8 * i) & 0xff) % 255);
    }
    return value;
}

static uint64_t in_range(const struct field *field, uint64_t hash, uint64_t taken)
{
    uint64_t span = field->max - field->min + 1, value = field->min + hash % span;

    for (int tries = 0; tries < 2 && (value == taken || value == 0); tries++) {
        value = field->min + (value - field->min + 1) % span;
    }
    /* A flag that is set has but the other value. */
    return value == taken ? field->min : value;
}

static uint64_t vector_of(const struct map_entry *entry, uint64_t vectors)
{
    uint64_t queue = entry->context.array ? entry->context.index + 1 : 0;

    return queue % vectors;
}

bool canary_value(const struct map_entry *entry, uint64_t vectors, unsigned attempt, uint64_t *value)
{
    const struct field *field = entry->field;
    enum canary_what what = what_of(entry);

    if (what == CANARY_LEAVE || (what == CANARY_LEAVE_SET && entry->value)) {
        return false;
    }
    *value = mix(entry->path, attempt, field->width);
    if (what == CANARY_VECTOR && vectors) {
        *value = vector_of(entry, vectors);
    } else if (field->max) {
        *value = in_range(field, *value, entry->value);
    }
    return *value != entry->value;
}

bool canary_byte(const struct map_entry *entry, size_t i, unsigned attempt, uint8_t *value)
{
    *value = (uint8_t)mix(entry->path, ((uint64_t)attempt << 32) + i + 1, 1);
    return what_of(entry) != CANARY_LEAVE;
}

const char *canary_reason(const struct map_entry *entry)
{
    const struct canary_rule *rule = rule_of(entry->field);

    return rule && rule->reason ? rule->reason : recomputed_reason(entry);
}

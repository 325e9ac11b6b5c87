/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Patterns of paths with what holds for them, and values made of a hash of the path. */
#include "harness/canary/canary_table.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/check.h"
#include "harness/judge/recomputed.h"

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
    { "serial", NULL,
      "virtio { serial { port { elem_popped: 1 iov_idx: 1 iov_offset: 37 " ELEMENT " } "
      "port { elem_popped: 1 iov_idx: 1 iov_offset: 41 " ELEMENT " } } }" },
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

/* Numbers that are free, but not for every value. */
static const struct {
    const char *pattern;
    enum {
        LEAVE,
        LEAVE_SET, /* what is not zero: a ring's */
        VECTOR, /* one that the device has */
    } what;
} special[] = {
    { "virtio.queue#.num", LEAVE }, /* set with the rings */
    { "virtio.queue#.desc", LEAVE },
    { "virtio.queue#.last_avail_idx", LEAVE },
    { "virtio.guest_features", LEAVE }, /* negotiated */
    { "virtio.subsection:virtio/64bit_features.*", LEAVE },
    { "virtio.subsection:virtio/virtqueues.virtqueues.vq#.*", LEAVE_SET },
    { "virtio.net.curr_queue_pairs", LEAVE },
    { "virtio.iommu.domain#.key", LEAVE },
    { "virtio.iommu.domain#.mapping#.low", LEAVE },
    { "virtio.iommu.domain#.mapping#.high", LEAVE },
    { "virtio.queue#.vector", VECTOR },
    { "virtio.pci.config_vector", VECTOR },
};

/* Beside what QEMU recomputes by design: recomputed.c. */
static const struct {
    const char *pattern, *reason;
} reasons[] = {
    { "virtio.ccw.cssid", "must be the machine's own" },
    { "virtio.ccw.ssid", "must be the machine's own" },
    { "virtio.ccw.devno", "must be the machine's own" },
    { "virtio.pci.config", "read-only bytes of the configuration space" },
    { "virtio.net.has_vnet_hdr", "only a peer in the host has it" },
    { "virtio.net.has_ufo", "only a peer in the host has it" },
    { "virtio.net.max_queue_pairs", "must be the machine's own" },
    { "virtio.net.curr_queue_pairs", "reaches the host's tap, which the next load would find changed" },
    { "virtio.mem.addr", "must be the machine's own" },
    { "virtio.mem.region_size", "must be the machine's own" },
    { "virtio.mem.block_size", "must be the machine's own" },
    { "virtio.mem.node", "must be the machine's own" },
    { "virtio.serial.ports_map#", "must be the machine's own" },
    { "virtio.serial.port#.id", "must be a port of the machine" },
    { "*.more", "a mark: 1" },
    { "*.end", "a mark: 0" },
    { "*_end", "a mark: 0" },
};

bool canary_is_field(const struct map_entry *entry, size_t last_section)
{
    static const char *const framing[] = { "].mark", "].name_len", "].name", "].version_id" };

    if (!entry->payload || !entry->field || entry->section >= last_section || entry->field->kind == FIELD_COUNT) {
        return false;
    }
    for (size_t i = 0; i < HS_COUNT(framing); i++) {
        const char *end = strrchr(entry->path, ']');

        if (end && end[-1] > '9' && strcmp(end, framing[i]) == 0) {
            return false;
        }
    }
    return true;
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

static int special_of(const char *path)
{
    char pattern[256];

    canary_pattern(path, pattern, sizeof(pattern));
    for (size_t i = 0; i < HS_COUNT(special); i++) {
        if (fnmatch(special[i].pattern, pattern, 0) == 0) {
            return (int)special[i].what;
        }
    }
    return -1;
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
    const char *index = strchr(entry->path, '[');
    uint64_t queue = index ? strtoul(index + 1, NULL, 10) + 1 : 0;

    return queue % vectors;
}

bool canary_value(const struct map_entry *entry, uint64_t vectors, unsigned attempt, uint64_t *value)
{
    const struct field *field = entry->field;
    int what = special_of(entry->path);

    if (what == LEAVE || (what == LEAVE_SET && entry->value)) {
        return false;
    }
    *value = mix(entry->path, attempt, field->width);
    if (what == VECTOR && vectors) {
        *value = vector_of(entry, vectors);
    } else if (field->max) {
        *value = in_range(field, *value, entry->value);
    }
    return *value != entry->value;
}

bool canary_byte(const struct map_entry *entry, size_t i, unsigned attempt, uint8_t *value)
{
    *value = (uint8_t)mix(entry->path, ((uint64_t)attempt << 32) + i + 1, 1);
    return special_of(entry->path) != LEAVE;
}

const char *canary_reason(const char *path)
{
    char pattern[256];

    canary_pattern(path, pattern, sizeof(pattern));
    for (size_t i = 0; i < HS_COUNT(reasons); i++) {
        if (fnmatch(reasons[i].pattern, pattern, 0) == 0) {
            return reasons[i].reason;
        }
    }
    return recomputed_reason(path);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One table of fields with the reason why a loader need not keep them. */
#include "harness/judge/recomputed.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"

enum when {
    /* Of these, some values are never kept, whatever the state. */
    ALWAYS,
    BEYOND_IN, /* of an element of an array: its index is not below the queue element's in_num */
    BEYOND_OUT,
    BEYOND_COMMAND, /* no byte differs of those that belong to a SCSI command */
    /* And of these only in some states. */
    LEGACY_DEVICE,
    FALSE_FLAG, /* part of a subsection that holds one flag, which is 0 */
    OTHER_LENGTH,
    BROKEN_DEVICE, /* it was found broken, and nothing but more bits of `mask` differs */
};

static const struct {
    const char *device; /* NULL: any */
    const char *path; /* as fnmatch() takes it; NULL: the whole section */
    enum when when;
    uint64_t mask;
    const char *reason;
} rules[] = {
    { "mc146818rtc", "cmos_data", ALWAYS, 0, "the clock's registers are set from the time when they are saved" },
    { "s390-skeys", NULL, ALWAYS, 0, "a new machine saves no keys; one that has loaded saves them all" },
    { "globalstate", NULL, ALWAYS, 0, "the run state is what the machine has when it is saved" },
    { NULL, "*.elem.padding", ALWAYS, 0, "padding of the sender's struct" },
    { NULL, "*.elem.in_sg*.iov_base", ALWAYS, 0, "addresses in the sender's process" },
    { NULL, "*.elem.out_sg*.iov_base", ALWAYS, 0, "addresses in the sender's process" },
    { NULL, "*.elem.in_addr*", BEYOND_IN, 0, "unused elements of an array of fixed size" },
    { NULL, "*.elem.in_sg*.iov_len", BEYOND_IN, 0, "unused elements of an array of fixed size" },
    { NULL, "*.elem.out_addr*", BEYOND_OUT, 0, "unused elements of an array of fixed size" },
    { NULL, "*.elem.out_sg*.iov_len", BEYOND_OUT, 0, "unused elements of an array of fixed size" },
    { NULL, "scsi_disk.qdev.request*.cmd", BEYOND_COMMAND, 0, "unused bytes of an array of fixed size" },
    { NULL, "*.modern_state.vqs*.unused", ALWAYS, 0, "padding" },
    { NULL, "virtio.config_len", OTHER_LENGTH, 0, "a config space that has grown or shrunk is taken as it fits" },
    { NULL, "virtio.config", OTHER_LENGTH, 0, "a config space that has grown or shrunk is taken as it fits" },
    { NULL, "*.virtqueues.vq*", LEGACY_DEVICE, 0, "a legacy device's ring addresses follow from desc" },
    { NULL, "virtio.subsection[[]virtio/broken]*", FALSE_FLAG, 0, "left out where the device is not broken" },
    { NULL, "virtio.subsection[[]virtio/started]*", FALSE_FLAG, 0, "left out where the device has not started" },
    { NULL, "virtio.subsection[[]virtio/disabled]*", FALSE_FLAG, 0, "left out where the device is not disabled" },
    { NULL, "virtio.isr", BROKEN_DEVICE, 0x3, "a device that is found broken tells so" },
    { NULL, "virtio.status", BROKEN_DEVICE, 0x40, "a device that is found broken needs a reset" },
    { NULL, "virtio.pci.irq_state*", ALWAYS, 0, "the interrupt line follows from isr" },
    { NULL, "virtio.net.vlans", ALWAYS, 0, "follows from the features" },
    { NULL, "virtio.net.mergeable_rx_bufs", ALWAYS, 0, "follows from the features" },
    { NULL, "virtio.net.subsection*.rss.redirect", ALWAYS, 0, "follows from the features" },
    { NULL, "virtio.net.subsection*.rss.populate_hash", ALWAYS, 0, "follows from the features" },
    { NULL, "virtio.serial.cols", ALWAYS, 0, "sent from the config space, not read" },
    { NULL, "virtio.serial.rows", ALWAYS, 0, "sent from the config space, not read" },
    { NULL, "virtio.serial.max_nr_ports", ALWAYS, 0, "sent from the config space, not read" },
    { NULL, "virtio.serial.port*.host_connected", ALWAYS, 0, "follows from the port's backend" },
};

static bool ends_with(const char *path, const char *end)
{
    size_t length = strlen(path), size = strlen(end);

    return length >= size && strcmp(path + length - size, end) == 0;
}

void recomputed_see(struct recomputed *walk, const struct map_entry *entry)
{
    if (ends_with(entry->path, ".elem.in_num")) {
        walk->in_num = entry->value;
    } else if (ends_with(entry->path, ".elem.out_num")) {
        walk->out_num = entry->value;
    } else if (ends_with(entry->path, ".features_64bit.guest_features")) {
        walk->version_1 = entry->value >> 32 & 1;
    }
}

/* The index of "....elem.in_sg[12].iov_len". */
static uint64_t index_of(const char *path)
{
    const char *open = strrchr(path, '[');

    return open ? strtoull(open + 1, NULL, 10) : 0;
}

static bool is_subsection_header(const char *path)
{
    return ends_with(path, "].mark") || ends_with(path, "].name_len") || ends_with(path, "].name") ||
           ends_with(path, "].version_id");
}

static bool is_broken(const struct recomputed *walk)
{
    for (size_t i = walk->first; i < walk->end; i++) {
        if (ends_with(walk->saved->entries[i].path, "[virtio/broken].broken.broken")) {
            return walk->saved->entries[i].value;
        }
    }
    return false;
}

static bool same_command(const struct recomputed *walk, const struct map_entry *entry, const struct map_entry *other)
{
    static const uint8_t lengths[] = { 6, 10, 10, 16, 16, 12, 16, 16 }; /* by the first three bits */
    const uint8_t *given = walk->given->encoding.out.data + entry->offset;

    return other && entry->size == sizeof(lengths) * 2 && other->size == entry->size &&
           memcmp(given, walk->saved->encoding.out.data + other->offset, lengths[*given >> 5]) == 0;
}

static bool applies(struct recomputed *walk, enum when when, uint64_t mask, const struct map_entry *entry,
                    const struct map_entry *other)
{
    switch (when) {
    case ALWAYS:
        return true;
    case BEYOND_IN:
        return index_of(entry->path) >= walk->in_num;
    case BEYOND_OUT:
        return index_of(entry->path) >= walk->out_num;
    case BEYOND_COMMAND:
        return same_command(walk, entry, other);
    case LEGACY_DEVICE:
        return !walk->version_1;
    case FALSE_FLAG:
        /* The flag is the last field of its subsection, and the only one without a name of the header's. */
        while (is_subsection_header(entry->path)) {
            entry++;
        }
        return entry->value == 0;
    case OTHER_LENGTH:
        /* The length differs first, and it alone makes that the bytes behind it may. */
        walk->other_length = walk->other_length || entry->field->kind == FIELD_COUNT;
        return walk->other_length;
    case BROKEN_DEVICE:
        return other && !((entry->value ^ other->value) & ~mask) && other->value > entry->value && is_broken(walk);
    }
    return false;
}

bool recomputed_is(struct recomputed *walk, const Hardstop__Section *section, const struct map_entry *entry,
                   const struct map_entry *other)
{
    char device[64];

    map_device_name(section, device, sizeof(device));
    for (size_t i = 0; i < HS_COUNT(rules); i++) {
        if ((!rules[i].device || strcmp(rules[i].device, device) == 0) &&
            (!rules[i].path || fnmatch(rules[i].path, entry->path, 0) == 0)) {
            return applies(walk, rules[i].when, rules[i].mask, entry, other);
        }
    }
    return false;
}

const char *recomputed_reason(const char *path)
{
    for (size_t i = 0; i < HS_COUNT(rules); i++) {
        if (!rules[i].device && rules[i].when <= BEYOND_COMMAND && fnmatch(rules[i].path, path, 0) == 0) {
            return rules[i].reason;
        }
    }
    return NULL;
}

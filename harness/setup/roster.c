/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes targets of the table of devices. */
#include "harness/setup/roster.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/setup/brought.h"
#include "harness/setup/family.h"
#include "harness/setup/setup.h"

/* A group of transports that one QEMU and its machines serve; it has the name of the first. */
static const struct group {
    enum family_transport first, last;
} groups[] = {
    { FAMILY_CCW, FAMILY_CCW },
    { FAMILY_PCI, FAMILY_PCIE },
    { FAMILY_MMIO, FAMILY_MMIO },
};

static const char *group_name(const struct group *group)
{
    return family_transport_name(group->first);
}

static bool is_available(const struct family *family, const struct group *group)
{
    return !family->blocked && !family->host && family->device[group->first];
}

/* The first row that the family's target can begin with. */
static bool begins_target(const struct family *family, const struct group *group)
{
    if (!is_available(family, group)) {
        return false;
    }
    for (const struct family *other = families; other < family; other++) {
        if (strcmp(other->target, family->target) == 0 && is_available(other, group)) {
            return false;
        }
    }
    return true;
}

/* A target's group, and its family's target name or NULL for all; false when there is no such target. */
static bool parse(const char *name, const struct group **group, const char **target)
{
    size_t length = strcspn(name, "_");

    for (size_t g = 0; g < HS_COUNT(groups); g++) {
        if (strlen(group_name(&groups[g])) != length || strncmp(group_name(&groups[g]), name, length) != 0) {
            continue;
        }
        *group = &groups[g];
        *target = NULL;
        if (!name[length]) {
            return true;
        }
        for (const struct family *family = families; family->name; family++) {
            if (strcmp(family->target, name + length + 1) == 0 && is_available(family, &groups[g])) {
                *target = family->target;
                return true;
            }
        }
    }
    return false;
}

bool roster_has(const char *name)
{
    const struct group *group;
    const char *target;

    return parse(name, &group, &target) || brought_has(name);
}

const char *roster_name(size_t i)
{
    static char name[64];

    if (i < HS_COUNT(groups)) {
        return group_name(&groups[i]);
    }
    i -= HS_COUNT(groups);
    for (size_t g = 0; g < HS_COUNT(groups); g++) {
        for (const struct family *family = families; family->name; family++) {
            if (begins_target(family, &groups[g]) && i-- == 0) {
                snprintf(name, sizeof(name), "%s_%s", group_name(&groups[g]), family->target);
                return name;
            }
        }
    }
    return brought_name(i);
}

Hardstop__Setup *roster_setup(const char *name, size_t i, Hardstop__Framing framing)
{
    const struct group *group;
    const char *target;

    if (brought_has(name)) {
        return i == 0 ? brought_setup(name, framing) : NULL;
    }
    if (!parse(name, &group, &target)) {
        return NULL;
    }
    if (!target) {
        return i == 0 ? setup_standard(name, framing) : NULL;
    }
    for (const struct family *family = families; family->name; family++) {
        for (enum family_transport t = group->first; t <= group->last; t++) {
            if (strcmp(family->target, target) == 0 && is_available(family, group) && family->device[t] && i-- == 0) {
                return family_setup(family, t, framing);
            }
        }
    }
    return NULL;
}

const char *roster_section(const char *name)
{
    const struct group *group;
    const char *target;

    if (!parse(name, &group, &target) || !target) {
        return NULL;
    }
    for (const struct family *family = families; family->name; family++) {
        if (strcmp(family->target, target) == 0) {
            return family->section;
        }
    }
    return NULL;
}

/* "virtio-net-ccw,mq=on" is of the same model as "virtio-net-ccw". */
static bool same_model(const char *left, const char *right)
{
    size_t length = strcspn(left, ",");

    return strcspn(right, ",") == length && strncmp(left, right, length) == 0;
}

/* The family of a device of a setup, or NULL: what it is plugged into, and what is plugged into it, is in no row. */
static const struct family *family_of(const char *device, const struct group *group)
{
    for (const struct family *family = families; family->name; family++) {
        for (enum family_transport t = group->first; t <= group->last; t++) {
            if (family->device[t] && same_model(family->device[t], device)) {
                return family;
            }
        }
    }
    return NULL;
}

/* Is it just the device of a row that needs a file of the host? */
static bool needs_host(const char *device)
{
    for (const struct family *family = families; family->name; family++) {
        for (int t = 0; family->host && t < FAMILY_TRANSPORTS; t++) {
            if (family->device[t] && strcmp(family->device[t], device) == 0) {
                return true;
            }
        }
    }
    return false;
}

bool roster_takes(const char *name, const Hardstop__Setup *setup)
{
    const struct family *family = NULL;
    const struct group *group;
    const char *target;

    if (setup && brought_has(name)) {
        return setup->binary && strcmp(setup->binary, name) == 0;
    }
    if (!setup || !parse(name, &group, &target) || !family_transport_serves(group->first, setup)) {
        return false;
    }
    /* The first device is what a setup is about, the one behind it is there to stand behind it. */
    for (size_t i = 0; i < setup->n_device && !family; i++) {
        if (needs_host(setup->device[i])) {
            return false;
        }
        family = family_of(setup->device[i], group);
    }
    return !target || (family && strcmp(family->target, target) == 0);
}

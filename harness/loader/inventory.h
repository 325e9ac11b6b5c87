/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a QEMU has: its own lists. */
#ifndef HARDSTOP_LOADER_INVENTORY_H
#define HARDSTOP_LOADER_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "case.pb-c.h"
#include "harness/base/error.h"
#include "harness/setup/trust.h"

struct inventory {
    char **machines; /* names of machine types */
    size_t n_machines;
    char **virtio; /* types of virtio devices, whatever the transport: "virtio-net-device", "virtio-pmem" */
    size_t n_virtio;
};

/* Asks the setup's unmodified QEMU.  0, or -1 with a reason; inventory_clear() is needed in both cases. */
int inventory_read(const Hardstop__Setup *setup, enum trust trust, struct inventory *inventory, struct hs_error *err);
void inventory_clear(struct inventory *inventory);

/*
 * The values of the properties that the setup's devices have in its QEMU, those of -device: an object by type, "virtio-
 * net-pci" (the second of that type: "virtio-net-pci (2)"), with an object of properties, "mrg_rxbuf": true.  NULL with
 * a reason; free it with json_decref().
 */
json_t *inventory_properties(const Hardstop__Setup *setup, enum trust trust, struct hs_error *err);

/*
 * What the setup's QEMU prints with -dump-vmstate: for each type of device that it has, also of those that the machine
 * lacks, its description: {"e1000": {"Name", "version_id", "minimum_version_id", "Description": {"name", "version_id",
 * "minimum_version_id", "Fields": [{"field", "version_id", "size", "Description"}], "Subsections": [...]}}}.  NULL with
 * a reason; free it with json_decref().
 */
json_t *inventory_descriptions(const Hardstop__Setup *setup, enum trust trust, struct hs_error *err);

bool inventory_has_machine(const struct inventory *inventory, const char *name);

#endif

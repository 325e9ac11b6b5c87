/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What two QEMUs say of the layouts of all their devices, whether a machine has them or not. */
#ifndef HARDSTOP_COMPAT_DESCRIPTIONS_H
#define HARDSTOP_COMPAT_DESCRIPTIONS_H

#include <jansson.h>

/*
 * Two results of inventory_descriptions() side by side: {"e1000": [{"device", "field", "change", "from", "to"}]}, for
 * each type of device of both that is not the same, as layout_compare() has them; "version" without any other change of
 * that device's is a version that was raised though nothing is sent otherwise.  Virtio devices are one field there.
 * Free it with json_decref().
 */
json_t *descriptions_compare(const json_t *from, const json_t *to);

#endif

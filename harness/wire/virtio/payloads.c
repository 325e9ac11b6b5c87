/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All payloads: those of the files that CMakeLists.txt lists. */
#include "harness/wire/payload.h"
#include "virtio_devices.h"

#define DECLARE(name, NUMBER) extern const struct payload name##_payload;
VIRTIO_DEVICES(DECLARE)
VIRTIO_DEVICES_BEHIND_SUBSECTIONS(DECLARE)
OTHER_SECTIONS(DECLARE)

#define PAYLOAD(name, NUMBER) &name##_payload,
const struct payload *const payloads[] = {
    VIRTIO_DEVICES(PAYLOAD)
    VIRTIO_DEVICES_BEHIND_SUBSECTIONS(PAYLOAD)
    OTHER_SECTIONS(PAYLOAD)
    NULL,
};

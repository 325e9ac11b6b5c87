/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes names and markers from the patched QEMU's own variables. */
#include "harness/loader/qemu/preload/markers.h"

#include <stdio.h>

#include "harness/loader/qemu/preload/symbols.h"

void markers_begin(struct protocol_shared *shared)
{
    size_t n = 0;

    if (!symbols.hardstop_defects || !symbols.hardstop_markers) {
        return;
    }
    for (const char *at = symbols.hardstop_defects; *at; at++) {
        n += *at == ',';
    }
    if (n <= PROTOCOL_MARKERS) {
        snprintf(shared->program.marker_names, sizeof(shared->program.marker_names), "%s", symbols.hardstop_defects);
        *symbols.hardstop_markers = shared->answer.markers;
    }
}

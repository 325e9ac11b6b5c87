/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a change to QEMU touches: the files that git names, as devices and transports. */
#ifndef HARDSTOP_TOOL_VET_SINCE_H
#define HARDSTOP_TOOL_VET_SINCE_H

#include "harness/setup/family.h"
#include "harness/tool/vetting.h"

/* Zeroed: nothing is known of a change, and nothing is touched. */
struct vet_touched {
    char **names; /* of families (family.target) */
    size_t n;
    bool transports[FAMILY_TRANSPORTS]; /* all devices on it */
    bool all; /* what every device goes through: virtio.c, migration/ ... */
};

/*
 * Asks git for the files that changed in vet->tree since vet->since, those not committed included.  0, or -1 with a
 * reason.  vet_touched_clear() is needed in both cases.
 */
int vet_since(const struct vet *vet, struct vet_touched *touched, struct hs_error *err);
/* Adds what a file of QEMU's tree, named from its top, is part of. */
void vet_touch(struct vet_touched *touched, const char *file);
bool vet_is_touched(const struct vet_touched *touched, const struct family *family, enum family_transport transport);
void vet_touched_clear(struct vet_touched *touched);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What QEMU 7.2 saves otherwise than it was given, by design: no finding. */
#ifndef HARDSTOP_JUDGE_RECOMPUTED_H
#define HARDSTOP_JUDGE_RECOMPUTED_H

#include "harness/wire/map.h"

/* What a walk over the fields of one section has come by; zero at its start, but for the maps. */
struct recomputed {
    const struct map *given, *saved;
    size_t first, end; /* the section's entries in `saved` */
    uint64_t in_num, out_num; /* of the queue element last seen */
    bool version_1; /* VIRTIO_F_VERSION_1 was negotiated */
    bool other_length; /* the config space is of another length than the machine's */
};

/* Takes note of a field; every one, in the order of the wire. */
void recomputed_see(struct recomputed *walk, const struct map_entry *entry);

/*
 * Is it by design that this field, seen last, is not saved as it was given?  `other` is what was saved, or NULL where
 * there is no such field.
 */
bool recomputed_is(struct recomputed *walk, const Hardstop__Section *section, const struct map_entry *entry,
                   const struct map_entry *other);

/* Why a field of that path is never saved as it was given, whatever the state; NULL where it may be. */
const char *recomputed_reason(const char *path);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What QEMU, 7.2 to 11.1, saves otherwise than it was given, by design: no finding. */
#ifndef HARDSTOP_JUDGE_RECOMPUTED_H
#define HARDSTOP_JUDGE_RECOMPUTED_H

#include "harness/wire/map.h"

/* On which condition a field need not be kept. */
enum recomputed_when {
    /* Of these, some values are never kept, whatever the state: no canary can stand there. */
    RECOMPUTED_ALWAYS,
    RECOMPUTED_BEYOND_IN, /* of an element of an array: its index is not below the queue element's in_num */
    RECOMPUTED_BEYOND_OUT,
    RECOMPUTED_BEYOND_COMMAND, /* no byte differs of those that belong to a SCSI command */
    /* And of these only in some states. */
    RECOMPUTED_LEGACY_DEVICE, /* VIRTIO_F_VERSION_1 was not negotiated */
    RECOMPUTED_FALSE_FLAG, /* the field is 0; what counts for the header of its subsection, too */
    RECOMPUTED_OTHER_LENGTH, /* the config space is of another length than the machine's */
    RECOMPUTED_EMPTY_SUBSECTION, /* of a subsection that is not saved: its body holds nothing but zeros */
    RECOMPUTED_FLOWED, /* what a serial port held back is gone */
    RECOMPUTED_BROKEN_DEVICE, /* it was found broken, and nothing but more bits of `mask` differs */
    RECOMPUTED_BITS, /* nothing but bits of `mask` differs */
    RECOMPUTED_SET, /* it is saved as `mask` */
    RECOMPUTED_LEFT_OUT, /* it is not saved at all; what counts for the header of its subsection, too */
    RECOMPUTED_NEWER_VERSION, /* of a subsection's version_id: it is greater */
    RECOMPUTED_BESIDE, /* the section has what `beside` names, too */
};

/* Fields, a condition, and the reason.  The fields are rows of a table, or what a description names. */
struct recomputed_rule {
    const char *field; /* as tables_named() takes it, or NULL */
    const char *array; /* only inside this array, named in the same way; NULL: anywhere */
    /*
     * Without `field`: the device's section, and its fields of that path; NULL: every one.  Without indexes,
     * "st[].lpib", it is that of any element, and with a * at its end of all that begin so: "<hpet/offset>*".
     */
    const char *device, *path;
    const char *beside; /* another such path, of RECOMPUTED_BESIDE, or NULL */
    enum vmdesc_type type; /* without `field` and `device`: what the description says to be of that type; none: any */
    enum recomputed_when when;
    uint64_t mask;
    const char *reason;
};

enum { RECOMPUTED_RULES = 128 }; /* a place for each, and more */

extern const struct recomputed_rule recomputed_rules[]; /* ends with a row without reason */

/* What the fields of one section have told so far, in the order of the wire; zero at first, but for the maps. */
struct recomputed {
    const struct map *given, *saved;
    size_t first, end; /* the section's entries in `saved` */
    uint64_t in_num, out_num; /* of the queue element last seen */
    bool holds_back; /* the serial port last seen had an element that waited */
    bool version_1; /* VIRTIO_F_VERSION_1 was negotiated */
    bool other_length; /* the config space is of another length than the machine's */
    /* The rules that may be about the section: found when its first field is asked about. */
    const Hardstop__Section *section;
    uint8_t rules[RECOMPUTED_RULES];
    size_t n_rules;
};

/* Takes note of a field; every one, in the order of the wire. */
void recomputed_see(struct recomputed *walk, const struct map_entry *entry);

/*
 * Is it by design that this field, seen last, is not saved as it was given?  `other` is what was saved, or NULL where
 * there is no such field.  The reason, or NULL: it is not.
 */
const char *recomputed_why(struct recomputed *walk, const Hardstop__Section *section, const struct map_entry *entry,
                           const struct map_entry *other);
static inline bool recomputed_is(struct recomputed *walk, const Hardstop__Section *section,
                                 const struct map_entry *entry, const struct map_entry *other)
{
    return recomputed_why(walk, section, entry, other) != NULL;
}

/* Why a field is never saved as it was given, whatever the state; NULL where it may be. */
const char *recomputed_reason(const struct map_entry *entry);

#endif

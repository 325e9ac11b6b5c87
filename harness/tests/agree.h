/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inputs of test_agree: cases of many setups, each with one more damage, drawn evenly from groups and kinds of damage. */
#ifndef HARDSTOP_TESTS_AGREE_H
#define HARDSTOP_TESTS_AGREE_H

#include "harness/base/random.h"
#include "support.h"

/* Where cases come from; each group has as many inputs. */
enum agree_group {
    AGREE_SEEDS, /* corpus/cases/seeds */
    AGREE_REGRESSIONS, /* corpus/cases/regress, with the damage that they have */
    AGREE_BOOTED, /* whole streams from here on; of guests that have run */
    AGREE_CCW,
    AGREE_PCI,
    AGREE_UNDESCRIBED, /* machines that send no description of their stream */
    AGREE_DEVICES, /* machines with devices that are not virtio */
    AGREE_GROUPS,
};

extern const char *const agree_group_names[AGREE_GROUPS];

/* What is done to a case: nothing, an edit of an audit (edit_kinds) at some place, or raw damage. */
enum { AGREE_DAMAGES = 13 };

/* "cut in RAM" ... */
const char *agree_damage_name(unsigned damage);

/* A case before it is damaged, its setup's stream, and a loader. */
struct agree_subject {
    const char *name; /* of the file, or the machine */
    Hardstop__Case *test;
    Hardstop__Stream *captured; /* of device sections: a whole stream of their setup; else NULL */
    struct loader *loader;
    struct stream_encoding encoding; /* of the case */
};

/* How many subjects a group has; `corpus` is the folder. */
size_t agree_count(enum agree_group group, const char *corpus);
/* False, which it says, where the QEMU that HARDSTOP_QEMU names has not what the subject asks for. */
bool agree_open(struct agree_subject *subject, enum agree_group group, size_t index, const char *corpus);
/* Does a QEMU have a global property?  Otherwise it says so. */
bool agree_has_global(const char *binary, const char *global);
void agree_close(struct agree_subject *subject);

/*
 * The subject's case with one more damage of the kind; NULL where the case has no such place.  Free it with
 * case_free().
 */
Hardstop__Case *agree_input(const struct agree_subject *subject, unsigned damage, struct random *random);

#endif

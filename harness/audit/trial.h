/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The question of 2015 put to one device: what its audit says of bytes that are missing, and of bytes too many.
 *
 * Asked is: may a stream of which some bytes are missing, or that has some too many, be accepted?  The answer of then,
 * that whatever follows is shifted, and so surely noticed, holds where all cells are rejected.
 */
#ifndef HARDSTOP_AUDIT_TRIAL_H
#define HARDSTOP_AUDIT_TRIAL_H

#include "harness/audit/audit.h"
#include "harness/audit/edit/edit_plan.h"

/*
 * The framing "sized", where the writer has written so: the length says what is there, and writer and reader disagree
 * on what there should be.  Damages of the payload alone count.
 */
#define TRIAL_WRITTEN "written"

enum {
    TRIAL_LENGTHS = 4, /* one to four bytes */
    TRIAL_FIRST = 5, /* of the cells that are not rejected, so many are named */
};

/* One of the cells that were not rejected. */
struct trial_cell {
    enum edit edit;
    char value[EDIT_VALUE_TEXT];
    uint32_t offset;
    char field[128];
    enum verdict verdict;
};

struct trial {
    char device[32]; /* the family's name: "net" */
    char transport[8];
    char state[16]; /* "fresh": as a new device is; "canary": each place holds a legal value, not the default */
    char framing[16]; /* "legacy", "footer", "sized", or TRIAL_WRITTEN */
    char loader[64]; /* what loaded: "QEMU 7.2.22"; "" where that is not known, as in files of an older hardstop */
    char program[64]; /* "qemu-system-s390x"; "" as above */
    uint32_t bytes; /* of the section, header and footer included */
    uint32_t streams; /* that were loaded; see audit.h */
    uint64_t counts[VERDICT_COUNT]; /* one to four bytes missing, or added (zeros), at every offset */
    /*
     * The historical change: the two bytes of config_vector missing, and two too many in their place.  VERDICT_COUNT
     * where the section has none: a pci device without MSI-X.
     */
    enum verdict change_missing, change_extra;
    /* By length - 1: the last bytes of the payload missing, and bytes added behind it; and the same of the section. */
    enum verdict end_missing[TRIAL_LENGTHS], end_extra[TRIAL_LENGTHS];
    enum verdict between_missing[TRIAL_LENGTHS], between_extra[TRIAL_LENGTHS];
    struct trial_cell first[TRIAL_FIRST]; /* by offset, then edit and value */
    size_t n_first;
    char example[96]; /* name of the case that shows one, without its folder; "" where all are rejected */
};

/* The damages of a trial. */
extern const struct edit_choice trial_choice;

/*
 * Reads a trial's figures off the audit of these damages to a section of a virtio device.  Fills in all but the
 * names of the trial itself.  0, or -1 with a reason: the audit lacks a cell.
 */
int trial_read(struct trial *trial, const struct audit *audit, struct hs_error *err);

#endif

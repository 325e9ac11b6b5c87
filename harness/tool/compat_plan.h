/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which QEMUs meet, with which machine types and devices. */
#ifndef HARDSTOP_TOOL_COMPAT_PLAN_H
#define HARDSTOP_TOOL_COMPAT_PLAN_H

#include "harness/base/error.h"
#include "harness/compat/meeting.h"
#include "harness/setup/family.h"

enum compat_machines {
    COMPAT_MACHINES_ENDS, /* the newest and the oldest that a pair shares */
    COMPAT_MACHINES_ALL,
    COMPAT_MACHINES_NEWEST,
};

struct compat_plan {
    const char *programs[MEETING_SIDES]; /* paths, or names in PATH */
    size_t n_programs;
    char versions[MEETING_SIDES][64]; /* what each calls itself; the path where two are of one version */
    char **machines; /* those to meet with; none: what is shared, as `choice` has it */
    size_t n_machines;
    enum compat_machines choice;
    char **devices; /* names of families, or "machine" for what a machine has by itself; none: all */
    size_t n_devices;
    enum family_transport transport; /* FAMILY_TRANSPORTS: all */
    struct meeting_states states;
    const char *seeds; /* folder of the canary seeds */
    const char *folder; /* of findings, or NULL */
    struct meeting *meetings; /* filled in */
    size_t n_meetings;
};

/* What stands for a device where it is the machine's own ones that meet. */
#define COMPAT_MACHINE "machine"

/* Is the device, or COMPAT_MACHINE, wanted? */
bool compat_plan_wants(const struct compat_plan *plan, const char *device);
/* Is it wanted, and to be had on this host? */
bool compat_plan_has(const struct compat_plan *plan, const struct family *family, enum family_transport transport);
/* Its canary seed; NULL: there is none.  Free it. */
Hardstop__Case *compat_plan_seed(const struct compat_plan *plan, const struct family *family,
                                 enum family_transport transport);

/*
 * The meetings' indexes, those first that tell most where there is no time for all: with the newest machine types, what
 * a machine has by itself, then the devices with most state.  Free it.
 */
size_t *compat_plan_order(const struct compat_plan *plan);

/* Fills in versions and meetings.  0, or -1 with a reason: no such program, no machine type that two share. */
int compat_plan_make(struct compat_plan *plan, struct hs_error *err);
/* Forgets the meetings behind the first `n`. */
void compat_plan_keep(struct compat_plan *plan, size_t n);
void compat_plan_clear(struct compat_plan *plan);

#endif

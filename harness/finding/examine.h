/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All properties on one case.  A case that has no damages of its own is judged as it is and then under a spread of
 * small damages, so that every property has something to judge.
 */
#ifndef HARDSTOP_FINDING_EXAMINE_H
#define HARDSTOP_FINDING_EXAMINE_H

#include "harness/finding/finding.h"

#define EXAMINE_PROPERTIES 16

struct examine_tally {
    const struct property *property;
    unsigned passed, failed, skipped;
    double seconds; /* of the cases that it had something to judge in: a case's time is shared by its properties */
    struct finding first; /* the first failure */
};

struct examine_finding {
    struct finding finding;
    Hardstop__Case *test;
};

struct examination {
    struct examine_tally tallies[EXAMINE_PROPERTIES]; /* in the order of `properties` */
    size_t n;
    struct examine_finding *findings; /* one of each signature, the first */
    size_t n_findings;
    unsigned judged; /* cases */
    double seconds; /* that they took */
    double since; /* when the case that is judged now began, by time_now() */
    size_t alone; /* bytes of a stream that was loaded as a whole only undamaged, being large; 0: each time */
};

/*
 * Judges `test`, and `places` places per section and kind of damage when it has none of its own, and a value behind the
 * legal range of each field that has one.  Sections are those of virtio devices, or all when there is none.  0, or -1
 * with a reason, which may be that a given stream (Case.given) is rejected undamaged; `examination` needs
 * examination_clear() in both cases.
 */
int examine(struct oracle *oracle, const Hardstop__Case *test, unsigned places, struct examination *examination,
            struct hs_error *err);
void examination_clear(struct examination *examination);

#endif

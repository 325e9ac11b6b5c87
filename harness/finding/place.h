/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a finding is: the piece of the stream that was not kept, or that was damaged. */
#ifndef HARDSTOP_FINDING_PLACE_H
#define HARDSTOP_FINDING_PLACE_H

#include "harness/finding/finding.h"

struct place {
    bool is_known; /* false: nothing can be named */
    enum state_what what;
    enum field_part part; /* STATE_FIELD: as in the map, with the row */
    const struct field *field;
    bool is_virtio; /* the section's payload is of the virtio devices' table */
    enum mechanism mechanism;
    bool is_not_kept; /* a value that was out of range, and was not kept either */
    bool is_left; /* after a reset: the part of the device that holds it was not reset */
    bool is_leak; /* host memory that left: it is no place of the stream */
    bool has_no_footer; /* it is in a section of a kind that has a footer today, and this one has none */
};

/* Where the first byte was damaged; fills in the finding's device, field and kind. */
void place_of_damage(const struct judgement *judgement, struct finding *finding, struct place *place);
/* What was not kept first; the same. */
void place_of_difference(const struct state_comparison *comparison, struct finding *finding, struct place *place);

/*
 * The place in words that are the same for all places where one check is missing: "virtio.queue[].num",
 * "subsection[].version_id".
 */
void place_words(const struct place *place, const struct finding *finding, char *words, size_t size);

#endif

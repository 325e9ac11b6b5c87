/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two states, field by field. */
#ifndef HARDSTOP_JUDGE_STATE_H
#define HARDSTOP_JUDGE_STATE_H

#include "harness/judge/mechanism.h"

/* What differs. */
enum state_what {
    STATE_FIELD,
    STATE_MISSING, /* a section: it was taken for something else and never loaded */
    STATE_INSTANCE, /* a section: it was taken for another instance's */
    STATE_UNREAD, /* all behind an end-of-file mark, which no loader reads */
    STATE_WHATS,
};

struct state_difference {
    enum state_what what;
    char device[64]; /* of the section, without its path */
    char idstr[256];
    char path[256]; /* of the field; else what state_what_name() says */
    enum field_part part; /* STATE_FIELD: as in the map, with the row */
    const struct field *field;
    bool is_virtio; /* the section's payload is of the virtio devices' table */
    enum mechanism mechanism;
    const char *reason; /* STATE_DESIGN; else NULL */
    char left[64], right[64]; /* values; "missing" where one side has no such field */
};

#define STATE_DIFFERENCES 32

enum state_scope {
    STATE_WHOLE, /* every field of either side */
    /*
     * The fields of the left side alone, without those that a loader recomputes by design: was what was given kept?
     * What is left out of a stream, such as a subsection, has a default, and a default may be saved.  Of a section or
     * subsection that is sent twice the last counts, and sections behind the first end-of-file mark are one
     * difference, STATE_UNREAD.
     */
    STATE_GIVEN,
    STATE_DESIGN, /* those fields that STATE_GIVEN leaves out, as a loader recomputes them: with the reason */
};

/* "behind the end-of-file mark" ...; "" of fields and missing sections. */
const char *state_what_name(enum state_what what);

/* Zero before first use; free with state_list_clear(). */
struct state_list {
    struct state_difference *differences;
    size_t n;
};

/* Zero before first use. */
struct state_comparison {
    struct state_difference differences[STATE_DIFFERENCES]; /* the first ones */
    size_t n; /* how many were found in all */
    struct state_list *all; /* the caller's, which gets each of them instead; NULL: the first ones are enough */
};

/*
 * Compares the payloads of `left`'s sections with those of the same idstr and instance_id in `right`.  Sections that
 * only `right` has are not looked at.  Descriptions (JSON of a vmdesc) name the fields of sections that no table
 * describes; NULL: the stream's own.
 */
void state_compare(const Hardstop__Stream *left, const ProtobufCBinaryData *left_description,
                   const Hardstop__Stream *right, const ProtobufCBinaryData *right_description, enum state_scope scope,
                   struct state_comparison *comparison);

/* The difference of the same section and field, if it is among the first ones of a comparison; NULL: it is not. */
const struct state_difference *state_find(const struct state_comparison *comparison,
                                          const struct state_difference *difference);

/* The same among all of a list. */
const struct state_difference *state_list_find(const struct state_list *list,
                                               const struct state_difference *difference);
void state_list_clear(struct state_list *list);

/* The index of the section with the same idstr and instance_id, or SIZE_MAX. */
size_t state_partner(const Hardstop__Stream *stream, const Hardstop__Section *wanted);

/* Adds a difference that is no field's: a section, what differs, and what became of it. */
void state_note(struct state_comparison *comparison, const Hardstop__Section *section, enum state_what what,
                const char *right);

#endif

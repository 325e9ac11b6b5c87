/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kinds of damage that a sweep does at every place.  Each is one row of the table in edit_kinds.c; all that plans,
 * does, counts, reads or shows edits walks that table.
 */
#ifndef HARDSTOP_AUDIT_EDIT_EDIT_H
#define HARDSTOP_AUDIT_EDIT_EDIT_H

#include "harness/judge/oracle.h"

/* Rows of the table that code asks for one by one; a row behind them needs no constant here. */
enum edit {
    EDIT_TRUNCATE,
    EDIT_INSERT,
    EDIT_DELETE,
    EDIT_FLIP,
    EDIT_RANGE,
    EDIT_SECTION,
    EDIT_MAX = 16, /* the table has no more rows; also: no edit at all */
};

#define EDIT_WHOLE SIZE_MAX /* instead of a section's index: all sections, offsets from the stream's start */
#define EDIT_VALUE_SIZE 8
#define EDIT_VALUE_TEXT (2 * EDIT_VALUE_SIZE + 1)

/* What the values of a kind are, as text. */
enum edit_takes {
    EDIT_TAKES_NOTHING, /* "" */
    EDIT_TAKES_BYTES, /* 1 to EDIT_VALUE_SIZE bytes in hex, "4141" */
    EDIT_TAKES_MASK, /* a byte in hex */
    EDIT_TAKES_LENGTH, /* a number of bytes, "1" to "8" */
    EDIT_TAKES_WORD, /* one of the row's words */
};

/* What a damage of the kind is done to, and what its offset is the first byte of. */
enum edit_place {
    EDIT_AT_BYTE, /* neighbours with one verdict and message are one run */
    EDIT_AT_FIELD, /* shown at all bytes of the field */
    EDIT_AT_SECTION, /* the sections are encoded anew, in another order or number */
};

struct edit_target;
struct edit_choice;
struct edit_list;
struct edit_series;
struct edit_spot;
struct edit_made;

struct edit_kind {
    const char *name; /* in the JSON and in --edits */
    const char *help; /* what is done, after "NAME: " */
    enum edit_takes takes;
    const char *const *words; /* of EDIT_TAKES_WORD, NULL behind the last */
    enum edit_place place;
    bool changes_length; /* the loader must reject it; otherwise, that a changed value is accepted is no failure */
    bool by_default; /* without --edits */
    /* Adds the series of cells that the choice asks for (edit_list_add), all offsets of one value together. */
    void (*plan)(const struct edit_target *target, const struct edit_choice *choice, struct edit_list *list);
    /*
     * Makes the damage at a spot: `made` has its place already, and the series' bytes.  False: there is no such damage
     * at this spot.
     */
    bool (*make)(const struct edit_spot *spot, struct edit_made *made);
    /*
     * True when a cell gives the same bytes as the one before it in its series; `before` are the undamaged bytes from
     * that one's offset on.  NULL: never.
     */
    bool (*repeats)(const struct edit_series *series, const uint8_t *before);
};

extern const struct edit_kind edit_kinds[];
extern const unsigned edit_count; /* rows of the table */

/* "truncate" ... */
const char *edit_name(enum edit edit);
/* The edit of that name, or EDIT_MAX. */
enum edit edit_of_name(const char *name);
/* True for truncate, insert and delete, among others: each of them must be rejected. */
bool edit_changes_length(enum edit edit);
/*
 * True when a cell of that verdict fails whatever else is found.  Where the length stays, only what crashed or hung
 * does: that a changed value is accepted is no failure by itself.
 */
bool edit_fails_by_itself(enum edit edit, enum verdict verdict);
/* True for a value that the edit can have, as audit_run has it. */
bool edit_has_value(enum edit edit, const char *value);
/* Sets of edits, 1u << enum edit, or'ed: all, and those that are done when none are asked for. */
unsigned edit_all(void);
unsigned edit_defaults(void);
/* The names of a set, "truncate, insert"; free it. */
char *edit_names(unsigned edits, const char *separator);

/* Adds up the counts of all edits, or of those that change the length. */
void edit_sum_counts(const uint64_t counts[EDIT_MAX][VERDICT_COUNT], bool length_only, uint64_t sum[VERDICT_COUNT]);

#endif

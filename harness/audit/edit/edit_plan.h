/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rows of the table of edits are given to plan and to make damages. */
#ifndef HARDSTOP_AUDIT_EDIT_EDIT_PLAN_H
#define HARDSTOP_AUDIT_EDIT_EDIT_PLAN_H

#include "harness/audit/edit/edit.h"
#include "harness/wire/map.h"

/* Bytes of a value. */
struct edit_value {
    uint8_t bytes[EDIT_VALUE_SIZE];
    uint8_t size; /* 1 to EDIT_VALUE_SIZE */
};

/* Reads hex digits, two a byte; false when they are none, or too many. */
bool edit_parse_value(const char *text, struct edit_value *value);

/* Which damages are to be done. */
struct edit_choice {
    unsigned edits; /* 1u << enum edit, or'ed */
    const struct edit_value *values; /* bytes to insert */
    size_t n_values;
    unsigned lengths; /* how many bytes to delete: bit n - 1 for n, from 1 to 8 */
    unsigned elements; /* of an array the first so many get boundary values; 0: all */
};

/* What is damaged: a section, or a whole stream. */
struct edit_target {
    const Hardstop__Stream *stream;
    const struct stream_encoding *plain; /* its bytes undamaged, and where its sections are */
    const struct map *map; /* the same with names; NULL where nothing is planned */
    size_t section; /* or EDIT_WHOLE */
    size_t base, bytes; /* where it is in `plain` */
};

/* The target of a section of a stream, or of all with EDIT_WHOLE; false: there is no such section. */
bool edit_target_init(struct edit_target *target, const Hardstop__Stream *stream, const struct stream_encoding *plain,
                      size_t section);

/* Cells of one edit and value at consecutive offsets. */
struct edit_series {
    enum edit edit;
    char value[EDIT_VALUE_TEXT]; /* as in an audit_run */
    uint8_t bytes[EDIT_VALUE_SIZE]; /* what `value` says, of kinds that take bytes or a mask */
    uint8_t size; /* of `bytes`; of kinds that take a length, that */
    uint32_t offset; /* of the first cell, from the target's base */
    uint32_t count;
    uint32_t first; /* how many cells are before this series */
};

/* More cells than this take days and the memory of the machine. */
#define EDIT_MAX_CELLS (UINT32_C(1) << 26)

/* Zeroed before first use; `series` is freed by the caller. */
struct edit_list {
    struct edit_series *series;
    size_t n;
    uint32_t cells; /* UINT32_MAX: more than EDIT_MAX_CELLS */
    enum edit edit; /* of the series that are added next */
};

/* Adds `count` cells, at least one, from the offset on: without a value, with bytes, a length, or a word as value. */
void edit_list_add(struct edit_list *list, size_t offset, size_t count);
void edit_list_add_bytes(struct edit_list *list, size_t offset, size_t count, const uint8_t *bytes, size_t size);
void edit_list_add_length(struct edit_list *list, size_t offset, size_t count, unsigned length);
void edit_list_add_word(struct edit_list *list, size_t offset, size_t count, const char *word);

/* Where a damage is to be done. */
struct edit_spot {
    const struct edit_target *target;
    const struct edit_series *series;
    size_t at; /* in the target's plain bytes */
    size_t left; /* bytes from there to the target's end; 0 behind the last one */
};

/* A damage that needs no allocation.  Its messages point into itself, so it is not copied. */
struct edit_made {
    Hardstop__Damage damage;
    Hardstop__Place place;
    Hardstop__Truncate truncate;
    uint8_t bytes[EDIT_VALUE_SIZE];
};

/* Makes the damage of a series at an offset of the target; false: there is none. */
bool edit_make(const struct edit_target *target, const struct edit_series *series, uint32_t offset,
               struct edit_made *made);

/*
 * The damage of a cell, by its edit, value and offset as in an audit_run, to be put into a copy of the case; NULL when
 * there is no such damage.  `section`: its index in the stream, or EDIT_WHOLE.
 */
Hardstop__Damage *edit_damage(const Hardstop__Case *test, size_t section, enum edit edit, const char *value,
                              uint32_t offset);

#endif

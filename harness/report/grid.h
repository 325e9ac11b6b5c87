/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An audit laid out for heat maps: by byte, and by field whatever its index. */
#ifndef HARDSTOP_REPORT_GRID_H
#define HARDSTOP_REPORT_GRID_H

#include "harness/audit/audit.h"

/* A byte that an edit was not done at; also no verdict at all. */
#define GRID_UNTESTED VERDICT_COUNT
/* Behind the edits: the worst of those that change the length, and of all. */
#define GRID_LENGTH EDIT_MAX
#define GRID_ALL (EDIT_MAX + 1)
#define GRID_VIEWS (EDIT_MAX + 2)

struct grid {
    uint32_t places; /* the bytes, and one more where something was done behind the last */
    /* By view (an edit, GRID_LENGTH, GRID_ALL) and offset: an enum verdict, or GRID_UNTESTED; NULL: not done. */
    uint8_t *worst[GRID_VIEWS];
};

void grid_init(struct grid *grid, const struct audit *audit);
void grid_clear(struct grid *grid);

/* "truncate", ..., "length", "all". */
const char *grid_view_name(int view);
/* The view to show first: GRID_LENGTH where the audit has it, else GRID_ALL. */
int grid_first_view(const struct grid *grid);
/* What of a map stands for a verdict without colour; ' ' for GRID_UNTESTED. */
char grid_letter(int verdict);
/* Larger is worse; GRID_UNTESTED is 0. */
int grid_severity(int verdict);
/* The verdicts from the least to the worst, VERDICT_COUNT of them: the order of every table and legend. */
extern const enum verdict grid_order[VERDICT_COUNT];

/* Fields that differ in their indexes alone: "virtio.queue[].num". */
struct grid_group {
    const char *name; /* GRID_BEHIND for what was done behind the last field */
    uint32_t fields, bytes;
    uint32_t offset; /* of the first */
    uint64_t counts[EDIT_MAX][VERDICT_COUNT]; /* cells */
    /* Cells that were neither rejected nor unknown, and the worst verdict: of length-changing edits, and of all. */
    uint64_t passed, passed_all;
    int worst, worst_all;
};

#define GRID_BEHIND "(behind the last byte)"

struct grid_groups {
    struct grid_group *groups; /* by offset of the first field */
    size_t n;
    uint32_t *of_field; /* index of the group of each field of the audit, and of GRID_BEHIND */
    uint32_t *next_field; /* of each field: index of the next one of its group, if that has more */
    struct grid_name *names; /* by which they are found */
};

void grid_groups_init(struct grid_groups *groups, const struct audit *audit);
void grid_groups_clear(struct grid_groups *groups);
/* Called for each part of a run that is in one field: the field's group, and the part's offset and cells. */
typedef void grid_piece_fn(struct grid_group *group, const struct audit_run *run, uint32_t offset, uint32_t cells,
                           void *user);
void grid_each_piece(const struct grid_groups *groups, const struct audit *audit, const struct audit_run *run,
                     grid_piece_fn *piece, void *user);
/* The group of that name, or NULL. */
const struct grid_group *grid_group_find(const struct grid_groups *groups, const char *name);
/* Negative, 0 or positive: by the worst verdict of changes of length, then by how many passed of these, then of all. */
int grid_compare_groups(const struct grid_group *a, const struct grid_group *b);
/* Indexes of the groups, those first whose changes of length have the worst verdicts, and most of them; free it. */
size_t *grid_groups_worst_first(const struct grid_groups *groups);

/* "99.3", never 100 where something is missing; "0" of nothing; at most `size` - 1 characters. */
void grid_percent(uint64_t part, uint64_t whole, char *out, size_t size);
/* "84,845". */
#define GRID_NUMBER_SIZE 32
const char *grid_number(uint64_t value, char out[GRID_NUMBER_SIZE]);

#endif

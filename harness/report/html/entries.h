/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The findings of a folder in rows, by when they show: what the page of them shows, laid out. */
#ifndef HARDSTOP_REPORT_HTML_ENTRIES_H
#define HARDSTOP_REPORT_HTML_ENTRIES_H

#include "harness/report/listed.h"

/* A finding, and the first one that shares its row, which may be itself. */
struct entry {
    const struct finding *finding;
    const struct known_line *line; /* NULL: no line of the list tells of it */
    enum listed_status status;
    size_t first;
};

struct entries {
    const struct listed *listed;
    struct entry *list; /* those that are asked for, in the order of the findings */
    size_t n;
};

/* Of so many moments a page tells; and that of all of them. */
enum { ENTRIES_MOMENTS = POKES + 1, ENTRIES_ALL = ENTRIES_MOMENTS };

void entries_make(struct entries *entries, const struct listed *listed);
void entries_clear(struct entries *entries);

/* The moments in the page's order: the load, what follows a rejection, the pokes as they are done, and none named. */
enum poke entries_moment(size_t i);
/* Is the entry of that index the first of a row of that status? */
bool entries_is_row(const struct entries *entries, size_t i, enum listed_status status);
/* Rows of a moment (ENTRIES_ALL: of all) and status; LISTED_STATUSES: of any. */
size_t entries_count(const struct entries *entries, size_t moment, enum listed_status status);

/* May it be unsafe for memory, by what it shows or by what the list says? */
bool entry_may_be_unsafe(const struct entry *entry);

#endif

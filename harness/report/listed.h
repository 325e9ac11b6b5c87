/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings of a folder beside what is known. */
#ifndef HARDSTOP_REPORT_LISTED_H
#define HARDSTOP_REPORT_LISTED_H

#include <stdio.h>

#include <jansson.h>

#include "harness/finding/known.h"

/*
 * What asks for more comes later, but for NEW.  UNCLEAR: the line's case could not be replayed, or showed what the list
 * does not say.
 */
enum listed_status { LISTED_NEW, LISTED_KNOWN, LISTED_FIXED, LISTED_UNCLEAR, LISTED_STATUSES };

/* "new" ... */
const char *listed_status_name(enum listed_status status);
/* The status of that name, or LISTED_STATUSES. */
enum listed_status listed_status_find(const char *name);

/* A row of the list: a finding of the folder, a line of the list of known ones, or both. */
struct listed_row {
    enum listed_status status;
    const struct finding *finding;
    const struct known_line *line;
    /* What the line's case shows now, or why nothing can be said; "" when it was not replayed. */
    char replayed[sizeof(((struct hs_error *)NULL)->text)];
    double seconds; /* that the replay took */
};

/* What is listed; findings and known lines are the caller's. */
struct listed {
    const char *command; /* "hardstop findings" */
    const char *folder;
    const struct known *known;
    const struct finding *findings;
    size_t n_findings;
    struct listed_row *rows;
    size_t n;
    size_t damaged; /* files of the folder that are missing or cannot be read */
    enum listed_status status; /* only those; LISTED_STATUSES: of any */
    enum verdict verdict; /* only those; VERDICT_COUNT: of any */
};

/* Makes the rows: each finding that no line tells of, in their order, then each line with the first finding of it. */
void listed_make(struct listed *listed);
void listed_clear(struct listed *listed);

/* A finding's verdict; of a line without one that of the line. */
enum verdict listed_verdict(const struct listed_row *row);
/* Is it one of those that are asked for? */
bool listed_is_wanted(const struct listed *listed, enum listed_status status, enum verdict verdict);
/* The status of a finding: that of the lines that tell of it, of several the one that asks for most. */
enum listed_status listed_status_of(const struct listed *listed, const struct finding *finding);

/* The poke that a finding shows at by its name, "" for the load, null where its file does not name it. */
json_t *listed_poke_json(const struct finding *finding);

/*
 * One page of HTML that needs nothing else: what the folder has, by when it shows (at the load, after a rejection, at
 * each poke), findings that are alike in one row, each with its command; then the lines of which the folder has none.
 * It has what findings prints, and is for who may see that.  A print_fn, of a struct listed.
 */
void listed_html(FILE *out, const void *listed);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of known findings: what each case of a folder shows on the loader named, and must go on to show. */
#ifndef HARDSTOP_FINDING_KNOWN_H
#define HARDSTOP_FINDING_KNOWN_H

#include "harness/finding/finding.h"
#include "harness/finding/known_kind.h"

/* In the place of a case that is not published: of what breaks memory safety only the signature is. */
#define KNOWN_NO_CASE "-"

/* One line; its texts lie in the list. */
struct known_line {
    const char *name; /* of the case, in the folder cases/regress beside the list, or KNOWN_NO_CASE */
    const char *loader; /* "qemu 7.2" */
    const char *property, *cause;
    enum verdict verdict;
    uint64_t signature;
    const char *aliases; /* what the same fault is called in other versions or builds: signatures and commas; or "-" */
    enum known_kind kind;
    enum known_scope scope;
    enum known_reach reach;
    const char *twin; /* "function()", the check that the guest-facing path has, or "none" */
};

struct known {
    struct known_line *lines;
    size_t n;
    char *folder; /* where the cases are */
    char *text;
};

/*
 * Reads a list: lines of case (or KNOWN_NO_CASE), loader, verdict, property, signature, aliases, kind, scope, reach,
 * twin and cause between tabs, each of them there, and comments (#).  No signature or alias may be of two findings.
 * 0, or -1 with the line and what is wrong with it; known_clear() is needed in both cases.
 */
int known_read(const char *path, struct known *known, struct hs_error *err);
void known_clear(struct known *known);

/* Does the line name a case? */
bool known_has_case(const struct known_line *line);
/* The first line of that case, or NULL. */
const struct known_line *known_of_case(const struct known *known, const char *name);
/* Is that the line's signature, or one of its aliases? */
bool known_shows(const struct known_line *line, uint64_t signature);
/* The first line of that signature or alias, or NULL. */
const struct known_line *known_of_signature(const struct known *known, uint64_t signature);

/* The finding that the line tells of, as far as it does: property, verdict, signature, and the cause as its message. */
void known_finding(const struct known_line *line, struct finding *finding);

/* Reads a line's case, which has a stream and a setup; NULL with a reason: there is none, for example. */
Hardstop__Case *known_read_case(const struct known *known, const struct known_line *line, struct hs_error *err);

/* How a line and what its case shows now, or on another QEMU, agree. */
enum known_state {
    KNOWN_HOLDS, /* verdict and property are the line's, and the signature is, or is an alias */
    KNOWN_FIXED, /* no property fails */
    KNOWN_CHANGED, /* something else is shown */
    KNOWN_NOT_APPLICABLE, /* that QEMU has not what the case is about */
    KNOWN_NOT_TRIED, /* there is no program of the case's architecture: nothing is recorded of it */
    KNOWN_STATES,
};

/* "confirmed", "fixed", "changed", "not applicable", "not tried". */
const char *known_state_name(enum known_state state);
/* The state of that name, or KNOWN_STATES. */
enum known_state known_state_find(const char *name);

/*
 * Compares a line with a judgement of its case.  `words` gets what is shown now, in words that are the same at each
 * replay; `signature` (may be NULL) that of what is shown, 0 where no property fails.
 */
enum known_state known_compare(const struct known_line *line, const struct judgement *judgement, uint64_t *signature,
                               char *words, size_t size);

#endif

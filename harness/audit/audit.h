/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an audit found: the verdict of every damage to a section or to a whole stream.  Reports, baselines and the
 * JSON are all made of this.
 */
#ifndef HARDSTOP_AUDIT_AUDIT_H
#define HARDSTOP_AUDIT_AUDIT_H

#include <stddef.h>
#include <stdint.h>

#include "harness/audit/edit/edit.h"
#include "harness/finding/finding.h"
#include "harness/finding/naming.h"

/* A field of what was audited; offsets count from its first byte (of a section: the type byte). */
struct audit_field {
    const char *path; /* as by map.h; "virtio.queue[3].num" */
    uint32_t offset, size;
};

/* Damages of one edit and value at consecutive offsets that gave the same verdict and message. */
struct audit_run {
    enum edit edit;
    const char *value; /* as enum edit_takes has it for the edit: "4141", "2", "swap", "" */
    uint32_t offset;
    uint32_t count; /* of edits that are not EDIT_AT_BYTE: 1 */
    enum verdict verdict;
    const char *message; /* one printable line; of a rejection QEMU's first */
    uint32_t said; /* of a rejection: which of the audit's `said`, plus 1; 0: not known, as in older files */
};

/* All that QEMU printed for a rejection, and what that names of the place that was damaged. */
struct audit_said {
    const char *text; /* its lines joined by NAMING_BREAK; begins with the message */
    unsigned named; /* NAMING_BIT()s; one text may name the field of one cell, and not that of another */
    uint64_t cells; /* kept by audit_add() */
};

/* A distinct finding among the cells: one signature. */
struct audit_finding {
    struct finding finding;
    /* The first of its cells, and how many it has. */
    enum edit edit;
    const char *value;
    uint32_t offset;
    uint32_t cells;
    const char *path; /* of the case file that reproduces it, or "" */
};

struct audit {
    Hardstop__Setup *setup; /* owned */
    const char *loader; /* what loaded: "QEMU 7.2.22" */
    const char *section; /* idstr; "" for a whole stream */
    const char *work; /* the folder that the paths of findings' cases begin with; NULL: they begin with none */
    uint32_t bytes; /* of what was audited: header, payload and footer of a section */
    uint32_t streams; /* that were loaded: neighbours of one edit and value that give the same bytes are one */
    struct audit_field *fields; /* by offset, without gaps */
    size_t n_fields;
    struct audit_run *runs; /* as audit_compare_runs() orders them, without two neighbours that could be one */
    size_t n_runs;
    struct audit_said *said; /* by their first cells, in the order of `runs` */
    size_t n_said;
    struct audit_finding *findings; /* worst first, as finding_sort() */
    size_t n_findings;
    uint64_t counts[EDIT_MAX][VERDICT_COUNT]; /* cells; kept by audit_add() */
    struct audit_text *texts; /* behind every `const char *` here */
};

/*
 * A copy of the text, made printable, that lives as long as the audit; the same text gives the same pointer.  All texts
 * of an audit are kept this way: the functions below do it.
 */
const char *audit_keep(struct audit *audit, const char *text);

/* Negative, 0 or positive: by edit, then value as strcmp(), then offset. */
int audit_compare_runs(const struct audit_run *left, const struct audit_run *right);

/* True when the run has cells, and comes behind the last one without overlapping it. */
bool audit_can_add(const struct audit *audit, const struct audit_run *run);
/*
 * Appends a run that audit_can_add(); one that continues the last with the same edit,
 * value, verdict, message and `said` extends it.
 */
void audit_add(struct audit *audit, const struct audit_run *run);
/* Appends what was said, without cells; returns the number for audit_run. */
uint32_t audit_add_said(struct audit *audit, const char *text, unsigned named);
/* Appends a field of at least one byte, which begins where the last one ends. */
void audit_add_field(struct audit *audit, const char *path, uint32_t offset, uint32_t size);
/* Appends a finding, no worse than the last one. */
void audit_add_finding(struct audit *audit, const struct audit_finding *finding);

/*
 * Is the first field that differs from the undamaged state another one, or its value, in two cells that are garbage?
 * By their messages, as sweep/garbage.c words them: "accepted; DEVICE never loaded; DEVICE FIELD: WAS -> IS; ...".
 */
bool audit_leaves_other(const char *message, const char *other);

/* The field that holds the offset; NULL behind the end. */
const struct audit_field *audit_field_at(const struct audit *audit, uint32_t offset);

/* The index of the first run that is behind the cell of that edit, value and offset, or holds it. */
size_t audit_run_from(const struct audit *audit, enum edit edit, const char *value, uint32_t offset);
/* The run that holds the cell, or NULL. */
const struct audit_run *audit_run_at(const struct audit *audit, enum edit edit, const char *value, uint32_t offset);

/* Cells of an edit, of all verdicts. */
uint64_t audit_cells(const struct audit *audit, enum edit edit);
/* Cells of length-changing edits, and of them those that were rejected: what share is hard-stopped. */
void audit_hard_stops(const struct audit *audit, uint64_t *stopped, uint64_t *cells);

/* Zeroed before first use. */
/* Puts the folder before the paths of cases that are below one, "findings/...", as those of an audit's JSON are. */
void audit_set_work(struct audit *audit, const char *work);
void audit_clear(struct audit *audit);

#endif

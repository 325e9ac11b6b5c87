/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what became of states that were sent from one QEMU to another: the objects of meeting_hold(). */
#ifndef HARDSTOP_REPORT_MEETINGS_H
#define HARDSTOP_REPORT_MEETINGS_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

struct meetings_counts {
    size_t equal, broken, unpromised, known, left_out, unknown; /* results */
};

/* Is the object a break of a promise?  What the baseline (an array of such objects, or NULL) has is known. */
bool meetings_is_break(const json_t *result, const json_t *baseline);

void meetings_count(const json_t *results, const json_t *baseline, struct meetings_counts *counts);

/*
 * A block for each thing that is not kept: what, and from which QEMU to which, on which machine types and transports.
 * With `all`, what is made anew by design, too.
 */
void meetings_text(FILE *out, const json_t *results, const json_t *baseline, bool all);
/* As JUnit XML, as GitLab and Jenkins read it: a testcase for each object, with a failure where it is a break. */
void meetings_junit(FILE *out, const json_t *results, const json_t *baseline);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One object of meet() (harness/compat/meet.h), as all that prints them reads it. */
#ifndef HARDSTOP_REPORT_MEETINGS_RESULT_H
#define HARDSTOP_REPORT_MEETINGS_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/* The string at that key; "" where there is none. */
const char *meetings_word(const json_t *result, const char *key);
bool meetings_is_verdict(const json_t *result, const char *verdict);

/* Is it refused, hung, crashed or not kept, or on the way back? */
bool meetings_is_worse(const json_t *result);
/* Is it the way back alone that fails?  What is not kept on it is told by the other direction. */
bool meetings_is_back(const json_t *result);
/* Of an object in "differences": is it a field that was given and should have been kept? */
bool meetings_is_difference(const json_t *difference);

/* Are they told together, once, as they differ in their transports and machine types alone? */
bool meetings_is_same(const json_t *one, const json_t *other);
/* The first result that is told with this one, which may be itself. */
size_t meetings_place(const json_t *results, size_t at);
/* Was it told already, with one before it? */
bool meetings_is_told(const json_t *results, size_t at);

/* By what is not kept and between whom, not by values: one break has one signature on all machines and transports. */
uint64_t meetings_signature(const json_t *result);

struct meetings_counts {
    size_t equal, broken, unpromised, known, left_out, noted, unknown; /* results */
    size_t sought; /* states that searches sent */
};

/* Is the object a break of a promise?  What the baseline (an array of such objects, or NULL) has is known. */
bool meetings_is_break(const json_t *result, const json_t *baseline);

void meetings_count(const json_t *results, const json_t *baseline, struct meetings_counts *counts);

#endif

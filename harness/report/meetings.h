/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what became of states that were sent from one QEMU to another: the objects of meet(). */
#ifndef HARDSTOP_REPORT_MEETINGS_H
#define HARDSTOP_REPORT_MEETINGS_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

struct results;

/*
 * A block for each thing that is not kept: what, and from which QEMU to which, on which machine types and transports.
 * With `all`, what is made anew by design, too.
 */
void meetings_text(FILE *out, const json_t *results, const json_t *baseline, bool all);
/* The same of one object, by itself; free it. */
char *meetings_told(const json_t *result);
/* As a page for people that needs nothing else: devices by pairs of QEMUs, and of what is not kept the bytes. */
void meetings_html(FILE *out, const json_t *results, const json_t *baseline);
/*
 * Adds them to opened results: a test for each object, which fails where it is a break, and a class for each thing that
 * is not kept.  `times` has the seconds that each object took, and `seconds` are those of the whole.
 */
void meetings_results(const json_t *list, const json_t *times, const json_t *baseline, double seconds,
                      struct results *results);

#endif

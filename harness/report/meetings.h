/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what became of states that were sent from one QEMU to another: the objects of meet(). */
#ifndef HARDSTOP_REPORT_MEETINGS_H
#define HARDSTOP_REPORT_MEETINGS_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

/*
 * A block for each thing that is not kept: what, and from which QEMU to which, on which machine types and transports.
 * With `all`, what is made anew by design, too.
 */
void meetings_text(FILE *out, const json_t *results, const json_t *baseline, bool all);
/* As a page for people that needs nothing else: devices by pairs of QEMUs, and of what is not kept the bytes. */
void meetings_html(FILE *out, const json_t *results, const json_t *baseline);
/* As JUnit XML, as GitLab and Jenkins read it: a testcase for each object, with a failure where it is a break. */
void meetings_junit(FILE *out, const json_t *results, const json_t *baseline);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a fuzzing process has done, as JSON in a file of the findings' folder, "status-" and the process's name, which
 * its campaign reads: {"runs", "loads", "seconds", "findings", "last_finding" (of these seconds, or null), "verdicts"}.
 * Hung is what did not end within the campaign's own limits.  A process that takes the place of one that was killed
 * goes on counting.
 */
#ifndef HARDSTOP_FUZZERS_STATUS_H
#define HARDSTOP_FUZZERS_STATUS_H

#include "harness/judge/judgement.h"

/* Without a folder (NULL) nothing is counted. */
void status_begin(const char *folder, const char *instance);
/* An input, the loads that it took, and its verdict. */
void status_count(enum verdict verdict, unsigned long loads);
/* A new finding. */
void status_found(void);
/* Writes the file, at most once a second; it is written at exit, too. */
void status_write(void);

#endif

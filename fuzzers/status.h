/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a fuzzing process has done, as JSON in a file of the findings' folder, "status-" and the process's name, which
 * its campaign reads: {"runs", "loads", "seconds", "findings", "last_finding" (of these seconds, or null), "verdicts"}.
 * Hung is what did not end within the campaign's own limits.  Counting goes on from the file that is there: that of a
 * process that was killed.
 */
#ifndef HARDSTOP_FUZZERS_STATUS_H
#define HARDSTOP_FUZZERS_STATUS_H

#include "harness/judge/judgement.h"

/* Without a folder (NULL) nothing is counted. */
void status_begin(const char *folder, const char *instance);
/* An input, the loads that it took, and its verdict. */
void status_count(enum verdict verdict, unsigned long loads);
/* A new finding, which is written at once. */
void status_found(void);
/* Writes the file, at most once a second, and at exit: who is killed loses the counts of a second. */
void status_write(void);

#endif

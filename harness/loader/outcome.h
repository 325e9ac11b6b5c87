/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What came of a load. */
#ifndef HARDSTOP_LOADER_OUTCOME_H
#define HARDSTOP_LOADER_OUTCOME_H

/* What a loader did with a stream. */
enum outcome {
    OUTCOME_UNKNOWN, /* our own harness failed; never a rejection */
    OUTCOME_REJECTED, /* an error was returned, the loader is alive */
    OUTCOME_ACCEPTED,
    OUTCOME_CRASHED, /* a signal, an abort, a sanitizer report, an exit it should not have taken */
    OUTCOME_HUNG, /* it does not answer */
};

/* "rejected", "accepted" ... */
const char *outcome_name(enum outcome outcome);

/* What a load does that gives no answer. */
enum hang {
    HANG_NONE,
    HANG_SPINS, /* it has used its processor time */
    HANG_READS, /* it has asked LOADER_READS_BEYOND times for bytes behind the end */
    HANG_SLEEPS, /* nobody wakes it */
};

/* "spins" ... */
const char *hang_name(enum hang hang);

#endif

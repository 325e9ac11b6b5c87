/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a process is waited for.  What decides a verdict goes by what the process does, not by the clock, so that a
 * busy machine gives the same answer as an idle one; what only ends our own work goes by the clock.
 */
#ifndef HARDSTOP_LOADER_QEMU_PATIENCE_H
#define HARDSTOP_LOADER_QEMU_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/loader/limits.h"

/* Why patience is at an end. */
enum patience_end {
    PATIENCE_LASTS,
    PATIENCE_CLOCK, /* it was by the clock; or LOADER_PATIENCE times the limit has passed by it: no verdict */
    PATIENCE_SPINS, /* the process has used its processor time */
    PATIENCE_READS, /* it has asked `most_reads` times for bytes */
    PATIENCE_SLEEPS, /* it has done next to nothing for LOADER_LOOKS looks */
};

/* What a process has done since it began. */
struct patience_usage {
    uint64_t cpu_us; /* processor time of all its threads */
    uint64_t reads; /* system calls that read; 0 where Linux does not count them (/proc/PID/io) */
    bool asleep; /* its first thread waits for an event */
};

struct patience {
    pid_t pid; /* 0: by the clock */
    int64_t next, end; /* of CLOCK_MONOTONIC, in milliseconds: the next look, and the last moment */
    uint32_t limit_ms;
    uint64_t most_reads; /* LOADER_READS_BEYOND, unless the caller says otherwise */
    uint64_t spun_us, reads; /* since this began: time in which it did not read, and calls that read */
    unsigned asleep; /* looks in a row */
    uint32_t rest_ms; /* how long the last rest was */
    struct patience_usage last;
    enum patience_end ended;
};

struct patience patience_by_clock(uint32_t timeout_ms);
/*
 * With process `pid`, a child that is not reaped yet, until it has used `limit_ms` of processor time without reading,
 * has read too often, or sleeps.  Time in which it reads is not counted: how long a call takes depends on the machine.
 */
struct patience patience_with(pid_t pid, uint32_t limit_ms);

/* Milliseconds until patience_is_over() may have something new to say. */
int patience_pause(const struct patience *patience);
/*
 * Sleeps before the process is asked again how far it is: a moment, each time twice as long, up to LOADER_LOOK_MS.  The
 * time to look is right behind: a process that has just answered is not asleep.
 */
void patience_rest(struct patience *patience);
/* Looks, when it is time to.  Once true, it stays so, and `ended` says why. */
bool patience_is_over(struct patience *patience);

#endif

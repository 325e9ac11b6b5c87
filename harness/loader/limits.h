/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All limits of time and memory, for loads and for what is waited for around them; the object inside QEMU takes them
 * from here, too.  Those of loads decide verdicts; the others only end what would never end.
 */
#ifndef HARDSTOP_LOADER_LIMITS_H
#define HARDSTOP_LOADER_LIMITS_H

#include <stdint.h>

/*
 * A load that spins without reading, in milliseconds of processor time, where the caller says nothing: a load takes a
 * few milliseconds, so nothing that ends lies near.
 */
#define LOADER_TIMEOUT_MS 60000
/*
 * A millisecond more for so many bytes of the stream: guest RAM has to be read, and QEMU reads some ten times as fast.
 */
#define LOADER_BYTES_PER_MS 16384
/* No limit grows further: two hours. */
#define LOADER_LONGEST_MS 7200000
/*
 * At each step of minimize, where a hang costs its whole limit.  What is a finding for it is asked again with
 * LOADER_TIMEOUT_MS.
 */
#define LOADER_STEP_MS 5000
/*
 * In campaigns, the same: a hang that is not known yet is asked again, and one of a place where a load was found to
 * hang is not waited for.
 */
#define LOADER_CAMPAIGN_MS 250
#define LOADER_CAMPAIGN_READS 500000 /* instead of LOADER_READS_BEYOND */
/*
 * A fast load that takes longer, or asks as often for what is beyond the end, is done again as a plain one, with all
 * its time.
 */
#define LOADER_FAST_MS 50
#define LOADER_FAST_READS 20000
/* Of what fast loads settle, so much is judged once more without them. */
#define LOADER_CHECKED_ONE_IN 256
/* Of what is rejected in haste, and asks for POKE_RETRY, so much is loaded again: a second load needs a fork. */
#define LOADER_RETRIED_ONE_IN 16
/*
 * A load that asks so often for bytes behind the end of its stream is hung, whatever time that takes: an unmodified
 * QEMU 7.2 needs 0.6 to 0.7 us for a question, so about a minute.  Between two powers of two, since what is skipped is
 * most often a number with one bit flipped.
 */
#define LOADER_READS_BEYOND 100000000
/*
 * A load that sleeps so long, looked at every LOADER_LOOK_MS, waits for what is not there: nobody but it runs in its
 * process.
 */
#define LOADER_LOOK_MS 250
#define LOADER_LOOKS 40
/* So many times its limit a load may take by the clock on the wall, before the server itself is taken for stuck. */
#define LOADER_PATIENCE 100
/* For a load whose time is up to record its stack; of processor time where the stack counts. */
#define LOADER_STACK_MS 200

/*
 * Bytes that one load may add to the address space: a length field that asks for more must not take the machine down.
 * Between two powers of two, since what is asked for is most often a number with one bit flipped: 2 GiB are given and 4
 * are not, whatever else the load takes.
 */
#define LOADER_MEMORY_LIMIT (UINT64_C(3) << 30)

/* A start of QEMU takes 30 to 50 ms; an overloaded machine has this long: beside thirty loops 20 s were too few. */
#define LOADER_START_MS 60000
/* For the server to answer after a load's time limit: it only has to kill a process. */
#define LOADER_GRACE_MS 10000
/* Beyond the limits of its load, a worker of a sweep may be silent so long: it may have to start its loader again. */
#define LOADER_WORKER_GRACE_MS 35000
/* From the start of QEMU to the last byte of a captured stream: some 0.2 s. */
#define LOADER_CAPTURE_MS 120000
/*
 * For a guest to stop by itself, where it runs before it is captured: firmware takes less than a second, and 21 where
 * it looks for something to boot in a network.
 */
#define LOADER_RUN_MS 300000
/* Between the end of a connection to QEMU and that of the process: a core dump has this long. */
#define LOADER_EXIT_MS 5000
/* Between the first two questions how far QEMU is: a migration of 2 MiB takes a few milliseconds. */
#define LOADER_REST_MS 1
/*
 * Of a fuzz target with an input, for its engine, which goes by the clock: the loader in it has limits of its own, so
 * more is our failure.  The longest load has LOADER_PATIENCE times LOADER_TIMEOUT_MS; but AFL++ may wait as long for a
 * target that it has just killed, when a campaign ends, and has only a minute.
 */
#define LOADER_TARGET_SECONDS 10000
#define LOADER_TARGET_AFL_SECONDS 60

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every damage of the chosen kinds at every offset of a section, or of a whole stream, on any loader.
 *
 * The damages (cells) have an order that only the case and the options give: by edit, value and offset.  Neighbours of
 * one edit and value that give the same bytes are loaded once.  Worker processes, each with a loader of its own, take
 * them in pieces; a worker that dies or is silent costs the one cell that it was at.  What comes in is kept in a
 * journal, so that an interrupted sweep goes on where it was, and ends with the same audit.
 *
 * Loads are fast ones.  What crashes, hangs or has no outcome is loaded again in the other way, whose answer counts;
 * and so is one stream in 256, to see that fast loads tell the truth.  A cell that has no outcome then either is
 * UNKNOWN, and not kept in the journal.
 */
#ifndef HARDSTOP_AUDIT_SWEEP_SWEEP_H
#define HARDSTOP_AUDIT_SWEEP_SWEEP_H

#include "harness/audit/sweep/options.h"

/*
 * Runs the sweep and fills `audit` (zeroed, or with section, setup and loader only): section, bytes, streams, fields,
 * runs and counts, not the findings.  The case has no damages of its own, and loads undamaged.
 * 0; 1 when `*interrupted` became nonzero (a signal handler's), with all done so far in the journal; -1 with a reason:
 * the undamaged stream is not accepted, no loader, a journal of another sweep, fast loads that answer otherwise than
 * others.
 */
int sweep(const Hardstop__Case *test, const struct sweep_options *options, sweep_open_fn *open, void *user,
          const volatile int *interrupted, struct audit *audit, struct hs_error *err);

/*
 * Fills `audit` (zeroed) as sweep() will, without a load: every cell is UNKNOWN.  0, or -1 with a reason: nothing can
 * be planned.
 */
int sweep_foresee(const Hardstop__Case *test, const struct sweep_options *options, struct audit *audit,
                  struct hs_error *err);

#endif

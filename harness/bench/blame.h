/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which damages a finding needs.  Mutators of either kind pile changes up, and a finding is known by its first damage:
 * without this, one cause in company with any harmless change counts as often as there are changes.
 */
#ifndef HARDSTOP_BENCH_BLAME_H
#define HARDSTOP_BENCH_BLAME_H

#include "harness/finding/finding.h"

/*
 * Adds the damages to a case that make `to` of `from`, which is its stream as it is encoded: truncate, insert or delete
 * once where the sizes differ, at the place that leaves the fewest bytes to overwrite, and then what is to be
 * overwritten.
 */
void blame_damages(Hardstop__Case *test, const uint8_t *from, size_t from_size, const uint8_t *to, size_t to_size);

/*
 * Judges a case, without each of its damages in turn, and keeps the damage away where the finding stays: one of the
 * same property and verdict.  False when there is no finding.  The harness's failure ends the process.
 */
bool blame_reduce(struct oracle *oracle, Hardstop__Case *test, struct finding *finding);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the case targets share: a case in, the real loader's verdict judged, findings kept, feedback given.  Settings
 * come from the environment, because the engine owns the command line:
 *   HARDSTOP_FINDINGS    folder for findings and status (default: findings; in a bundle, see bundle.h, none: there the
 *                        first crash of QEMU that known.tsv does not know ends the target, see last_words.h)
 *   HARDSTOP_INSTANCE    name of this process among those of the folder, for its status file (default: the target's)
 *   HARDSTOP_TIMEOUT_MS  time limit of a load in the campaign (default: 250; a hang is confirmed with 60000)
 *   HARDSTOP_PROCESSES   fuzzing processes that share half of the memory for their QEMUs (default: 2)
 *   HARDSTOP_FEEDBACK    what guides the engine: coverage (edges of a QEMU that counts them), state (what QEMU answers
 *                        and saves), or both (default: state; in a bundle both)
 *   HARDSTOP_QEMU        which QEMU the names of setups stand for, and
 *   HARDSTOP_BESIDE      a second one, which is asked the same (harness/setup/program.h)
 */
#ifndef HARDSTOP_FUZZERS_TARGET_H
#define HARDSTOP_FUZZERS_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include "fuzzers/feedback.h"
#include "fuzzers/target_mutate.h"

/*
 * Judges any bytes: a packed case, whatever its setup, or else device sections for the setup of the named target (see
 * harness/setup/roster.h).
 */
void target_run(const char *target, const uint8_t *data, size_t size);

#endif

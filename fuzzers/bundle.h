/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies beside a target that runs elsewhere, as on OSS-Fuzz (ci/build-fuzzers.sh): the folder "qemu", with
 * qemu-system-*, what these need, the object that goes into them, and known.tsv.
 */
#ifndef HARDSTOP_FUZZERS_BUNDLE_H
#define HARDSTOP_FUZZERS_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * First of all: has the names of setups stand for the QEMUs of the bundle, if there is one and HARDSTOP_QEMU names no
 * other, with our own options for sanitizers: the environment's are for this process.  A known.tsv that cannot be read
 * ends the process, status 2.
 */
void bundle_begin(void);
bool bundle_is_there(void);
/* Is the signature, or an alias of it, in the bundle's known.tsv? */
bool bundle_knows(uint64_t signature);

#endif

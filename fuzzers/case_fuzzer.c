/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claim: whatever is done to the sections of a virtio device, the real loader survives, answers, rejects what has
 * another length, and saves what it accepts as it was.  Built once for each target (HARDSTOP_TARGET): each transport,
 * and each family of devices on it.
 */
#include "fuzzers/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    target_run(HARDSTOP_TARGET, data, size);
    return 0;
}

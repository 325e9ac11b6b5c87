/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claim: whatever is done to the sections of a virtio device, the real loader survives, answers, rejects what has
 * another length, and saves what it accepts as it was.  One program for all targets of the roster: which one it is, it
 * takes from the name it is called by, as in ccw_fuzzer or pci_gpu_fuzzer; with a loader that the program brings along
 * (harness/loader/own/own.h), the target is that one's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzzers/bundle.h"
#include "fuzzers/last_words.h"
#include "fuzzers/target.h"
#include "harness/base/alloc.h"
#include "harness/base/standard.h"
#include "harness/setup/brought.h"
#include "harness/setup/roster.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *target;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *called = program_invocation_short_name, *end = strstr(called, "_fuzzer");

    standard_begin();
    bundle_begin();
    last_words_begin(*argc, *argv);
    target = hs_copy(called, end ? (size_t)(end - called) : strlen(called));
    if (brought_name(0) && !brought_has(target)) {
        target = brought_name(0);
    }
    if (!roster_has(target)) {
        fprintf(stderr, "hardstop: no target is called \"%s\": call this program by the name of one, such as "
                        "%s_fuzzer; hardstop fuzz --list names all\n", called, roster_name(0));
        exit(2);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    target_run(target, data, size);
    return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a loader is opened with, besides its setup. */
#ifndef HARDSTOP_LOADER_OPTIONS_H
#define HARDSTOP_LOADER_OPTIONS_H

#include "harness/loader/counters.h"

struct loader_options {
    const char *preload; /* the object that runs inside QEMU; NULL: HARDSTOP_PRELOAD_OBJECT, or beside this program */
    uint64_t memory_limit; /* bytes that one load may add to the address space; 0: LOADER_MEMORY_LIMIT */
    struct loader_counters *counters; /* NULL: nothing is counted; open for as long as the loader */
};

#endif

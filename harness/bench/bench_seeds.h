/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cases that benches start from. */
#ifndef HARDSTOP_BENCH_BENCH_SEEDS_H
#define HARDSTOP_BENCH_BENCH_SEEDS_H

#include "harness/case/case.h"

struct bench_seeds {
    Hardstop__Case **tests;
    size_t n;
};

/*
 * The cases of a folder and of the folders in it (*.textproto) whose devices are of the transport, "ccw" or "pci".  A
 * folder that is not there or has none of them gives none.  A file that is no case ends the process.
 */
void bench_seeds_read(struct bench_seeds *seeds, const char *folder, const char *transport);
/* Captures the standard setup of the transport, with footers and without: one case for each virtio device. */
void bench_seeds_capture(struct bench_seeds *seeds, const char *transport);
void bench_seeds_clear(struct bench_seeds *seeds);

#endif

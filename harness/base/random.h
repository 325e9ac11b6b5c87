/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one source of chance: a seeded generator (splitmix64), the same on every machine. */
#ifndef HARDSTOP_BASE_RANDOM_H
#define HARDSTOP_BASE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

void random_init(struct random *random, uint64_t seed);
/* 64 random bits. */
uint64_t random_bits(struct random *random);
/* A number from 0 to `bound` - 1.  `bound` is at least 1. */
uint64_t random_below(struct random *random, uint64_t bound);
/* True once in `n` calls on average.  `n` is at least 1. */
bool random_one_in(struct random *random, uint64_t n);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* splitmix64: one word of state, a step and a mix. */
#include "harness/base/random.h"

#include "harness/base/check.h"

void random_init(struct random *random, uint64_t seed)
{
    random->state = seed;
}

uint64_t random_bits(struct random *random)
{
    uint64_t z = (random->state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t random_below(struct random *random, uint64_t bound)
{
    HS_CHECK(bound > 0, "an empty range has no member");
    return random_bits(random) % bound;
}

bool random_one_in(struct random *random, uint64_t n)
{
    return random_below(random, n) == 0;
}

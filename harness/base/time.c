/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the monotonic clock. */
#include "harness/base/time.h"

#include <time.h>

double time_now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

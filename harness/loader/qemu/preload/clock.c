/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interposes the C library's clocks. */
#include "harness/loader/qemu/preload/clock.h"

#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* 2020-01-01T00:00:00Z: any date will do, as long as it is always the same. */
#define CALENDAR_SECONDS 1577836800
/* A day of uptime: no timer that was armed while QEMU started is far in the future. */
#define FROZEN_SECONDS 86400

static bool frozen;
static uint64_t advanced_ms;

void clock_freeze(void)
{
    frozen = true;
}

void clock_advance(uint32_t ms)
{
    advanced_ms += ms;
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *now)
{
    bool calendar = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;

    if (!calendar && !frozen) {
        return (int)syscall(SYS_clock_gettime, clock, now);
    }
    now->tv_sec = calendar ? CALENDAR_SECONDS : FROZEN_SECONDS + (time_t)(advanced_ms / 1000);
    now->tv_nsec = calendar ? 0 : (long)(advanced_ms % 1000) * 1000000;
    return 0;
}

__attribute__((visibility("default"))) int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    if (zone) {
        memset(zone, 0, sizeof(struct timezone));
    }
    now->tv_sec = CALENDAR_SECONDS;
    now->tv_usec = 0;
    return 0;
}

__attribute__((visibility("default"))) time_t time(time_t *now)
{
    if (now) {
        *now = CALENDAR_SECONDS;
    }
    return CALENDAR_SECONDS;
}

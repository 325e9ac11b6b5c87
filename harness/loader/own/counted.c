/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clang's inline 8-bit counters, one section of the program, and what libFuzzer and sanitizers catch. */
#include "harness/loader/own/counted.h"

#include <signal.h>
#include <string.h>

#include "harness/base/check.h"

/* The linker's names for where a section begins and ends; NULL where there is none. */
extern uint8_t __start___sancov_cntrs[] __attribute__((weak, visibility("hidden")));
extern uint8_t __stop___sancov_cntrs[] __attribute__((weak, visibility("hidden")));

void __asan_init(void) __attribute__((weak));
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

size_t counted_size(void)
{
    return (size_t)(__stop___sancov_cntrs - __start___sancov_cntrs);
}

void counted_keep(uint8_t *place)
{
    if (counted_size()) {
        memcpy(place, __start___sancov_cntrs, counted_size());
    }
}

void counted_put_back(const uint8_t *place)
{
    if (counted_size()) {
        memcpy(__start___sancov_cntrs, place, counted_size());
    }
}

bool counted_is_sanitized(void)
{
    return __asan_init != NULL;
}

static struct {
    int number;
    struct sigaction before;
} caught[] = {
    { .number = SIGABRT }, { .number = SIGALRM }, { .number = SIGINT }, { .number = SIGTERM }, { .number = SIGXFSZ },
    { .number = SIGUSR1 }, { .number = SIGUSR2 }, { .number = SIGSEGV }, { .number = SIGBUS }, { .number = SIGFPE },
    { .number = SIGILL },
};

void counted_begin(void)
{
    for (size_t i = 0; i < HS_COUNT(caught); i++) {
        sigaction(caught[i].number, NULL, &caught[i].before);
    }
}

void counted_leave_engine(void)
{
    for (size_t i = 0; i < HS_COUNT(caught); i++) {
        sigaction(caught[i].number, &caught[i].before, NULL);
    }
    if (__sanitizer_set_death_callback) {
        __sanitizer_set_death_callback(NULL);
    }
}

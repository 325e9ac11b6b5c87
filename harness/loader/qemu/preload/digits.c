/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads numbers without the C library. */
#include "harness/loader/qemu/preload/digits.h"

static unsigned value_of(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return (unsigned)(digit - '0');
    }
    return digit >= 'a' && digit <= 'f' ? (unsigned)(digit - 'a') + 10 : 16;
}

unsigned long digits_read(const char **text, unsigned base)
{
    unsigned long value = 0;

    while (value_of(**text) < base) {
        value = value * base + value_of(*(*text)++);
    }
    return value;
}

static bool has(const char **text, char c)
{
    return *(*text)++ == c;
}

bool digits_range(const char **line, uintptr_t *start, uintptr_t *end)
{
    *start = digits_read(line, 16);
    if (!has(line, '-')) {
        return false;
    }
    *end = digits_read(line, 16);
    return has(line, ' ');
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wraps the C allocator so that nobody has to check for NULL. */
#include "harness/base/alloc.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noreturn)) static void out_of_memory(size_t count, size_t size)
{
    fprintf(stderr, "hardstop: out of memory: %zu x %zu bytes wanted\n", count, size);
    abort();
}

void *hs_alloc(size_t size)
{
    void *block = calloc(1, size ? size : 1);

    if (!block) {
        out_of_memory(1, size);
    }
    return block;
}

void *hs_resize(void *block, size_t count, size_t size)
{
    size_t bytes;
    void *grown;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        out_of_memory(count, size);
    }
    grown = realloc(block, bytes ? bytes : 1);
    if (!grown) {
        out_of_memory(count, size);
    }
    return grown;
}

void *hs_grow(void *block, size_t count, size_t size)
{
    /* Doubled whenever a power of two is full; what was made some other way, by protobuf-c for example, is so long. */
    bool is_full = (count & (count - 1)) == 0 || malloc_usable_size(block) / size <= count;

    return is_full ? hs_resize(block, count ? 2 * count : 1, size) : block;
}

void *hs_copy(const void *bytes, size_t size)
{
    char *copy = hs_alloc(size + 1);

    if (size) {
        memcpy(copy, bytes, size);
    }
    return copy;
}

char *hs_strdup(const char *text)
{
    return hs_copy(text, strlen(text));
}

char *hs_format(const char *fmt, ...)
{
    va_list args;
    char *text;
    int size;

    va_start(args, fmt);
    size = vasprintf(&text, fmt, args);
    va_end(args);
    if (size < 0) {
        out_of_memory(1, 0);
    }
    return text;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has the C library fill memory, and fills what it hands out of its caches as it was. */
#include "harness/loader/qemu/preload/fresh.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stddef.h>
#include <string.h>

#define INTERPOSED __attribute__((visibility("default")))

static uint8_t filling;

void fresh_fill_heap(uint8_t byte)
{
    if (byte) {
        mallopt(M_PERTURB, byte);
        filling = byte;
    }
}

/* Of its own, and never inlined: a stack that grows for nothing is a mapping that a fast load cannot put back. */
__attribute__((noinline)) static void fill_stack(int byte)
{
    char space[256 * 1024]; /* of 1 MiB: COROUTINE_STACK_SIZE, include/qemu/coroutine_int.h */

    memset(space, byte, sizeof(space));
    __asm__ volatile("" : : "r"(space) : "memory");
}

void fresh_fill_stack(uint8_t byte)
{
    if (byte) {
        /* Zeros, too, may be what a new stack holds. */
        fill_stack(byte - 1);
    }
}

static void *fill(void *memory, size_t size)
{
    if (filling && memory) {
        memset(memory, (uint8_t)~filling, size);
    }
    return memory;
}

/* GLib's, by which QEMU allocates: a sanitizer's own malloc() stays in its place. */
INTERPOSED void *g_malloc(size_t size);
INTERPOSED void *g_malloc(size_t size)
{
    static void *(*next)(size_t size);

    next = next ? next : dlsym(RTLD_NEXT, "g_malloc");
    return fill(next(size), size);
}

INTERPOSED void *g_malloc_n(size_t n, size_t size);
INTERPOSED void *g_malloc_n(size_t n, size_t size)
{
    static void *(*next)(size_t n, size_t size);

    next = next ? next : dlsym(RTLD_NEXT, "g_malloc_n");
    /* It ends the process where the product is too large. */
    return fill(next(n, size), n * size);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's coroutines as far as the preload object calls them: one, and all that happens is that it goes on. */
#include "standin_coroutine.h"

#include <stddef.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { STACK = 1024 * 1024 };

static ucontext_t loader, coroutine;
static void (*coroutine_entry)(void *user);

static void run_coroutine(void)
{
    coroutine_entry(NULL);
}

void *qemu_coroutine_create(void (*entry)(void *user), void *user);
void *qemu_coroutine_create(void (*entry)(void *user), void *user)
{
    (void)user;
    coroutine_entry = entry;
    getcontext(&coroutine);
    coroutine.uc_stack.ss_sp = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    coroutine.uc_stack.ss_size = STACK;
    coroutine.uc_link = &loader;
    makecontext(&coroutine, run_coroutine, 0);
    return &coroutine;
}

void qemu_coroutine_enter(void *entered);
void qemu_coroutine_enter(void *entered)
{
    swapcontext(&loader, entered);
}

void standin_prepare(void)
{
    swapcontext(&loader, &loader);
}

void standin_yield(void)
{
    swapcontext(&coroutine, &loader);
}

void main_loop_wait(int nonblocking);
void main_loop_wait(int nonblocking)
{
    (void)nonblocking;
    qemu_coroutine_enter(&coroutine);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/loader/qemu/preload/vcpu.h"

#include <dlfcn.h>
#include <stddef.h>
#include <unistd.h>

#include "harness/loader/qemu/preload/symbols.h"

enum { MAX_CPUS = 1024 };

static void *cpus[MAX_CPUS];
static size_t n_cpus;

void vcpu_do_work(void)
{
    void **current = dlsym(RTLD_DEFAULT, "current_cpu");
    for (size_t i = 0; i < n_cpus; i++) {
        void *former = *current;

        *current = cpus[i];
        symbols.process_queued_cpu_work(cpus[i]);
        *current = former;
    }
}

static void wait_in_place(void *cond, void *mutex, const char *file, int line)
{
    (void)cond;
    (void)mutex;
    (void)file;
    (void)line;
    vcpu_do_work();
}

void vcpu_begin(void)
{
    for (int i = 0; i < MAX_CPUS; i++) {
        void *cpu = symbols.qemu_get_cpu(i);

        if (cpu) {
            cpus[n_cpus++] = cpu;
        }
    }
    *symbols.qemu_cond_wait_func = wait_in_place;
}

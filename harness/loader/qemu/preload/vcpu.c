/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the place of the function by which QEMU waits for a condition. */
#include "harness/loader/qemu/preload/vcpu.h"

#include <signal.h>
#include <stddef.h>

#include "harness/loader/qemu/preload/symbols.h"

enum {
    MAX_CPUS = 4096,
    MOST_WAITS = 1000, /* for one condition, in a row: the work for it was done at the first */
};

static struct protocol_shared *watched;
static const void *condition;
static unsigned waits;

void vcpu_do_work(void)
{
    void **current = symbols.current_cpu, *former = *current, *cpu;

    /* Numbers of processors have no gaps but where some were unplugged. */
    for (int i = 0, gap = 0; i < MAX_CPUS && gap < MAX_CPUS / 8; i++) {
        cpu = symbols.qemu_get_cpu(i);
        gap = cpu ? 0 : gap + 1;
        if (cpu) {
            *current = cpu;
            symbols.process_queued_cpu_work(cpu);
        }
    }
    *current = former;
}

static void wait_in_place(void *cond, void *mutex, const char *file, int line)
{
    (void)mutex;
    (void)file;
    (void)line;
    waits = cond == condition ? waits + 1 : 1;
    condition = cond;
    if (waits > MOST_WAITS) {
        watched->answer.waits = 1;
        raise(SIGABRT);
    }
    vcpu_do_work();
}

void vcpu_begin(struct protocol_shared *shared)
{
    watched = shared;
    *symbols.qemu_cond_wait_func = wait_in_place;
}

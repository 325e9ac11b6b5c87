/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the place of the function by which QEMU waits for a condition. */
#include "harness/loader/qemu/preload/vcpu.h"

#include <signal.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/loader/qemu/preload/symbols.h"

enum {
    MAX_CPUS = 4096,
};

static struct protocol_shared *watched;
static void (*wait_for_signal)(void *cond, void *mutex, const char *file, int line);

bool vcpu_do_work(void)
{
    void **current = symbols.current_cpu, *former = *current, *cpu;
    bool any = false;

    /* Numbers of processors have no gaps but where some were unplugged. */
    for (int i = 0, gap = 0; i < MAX_CPUS && gap < MAX_CPUS / 8; i++) {
        cpu = symbols.qemu_get_cpu(i);
        gap = cpu ? 0 : gap + 1;
        if (cpu && !symbols.cpu_work_list_empty(cpu)) {
            any = true;
            *current = cpu;
            symbols.process_queued_cpu_work(cpu);
        }
    }
    *current = former;
    return any;
}

/* Those that a load started; a fork begins with none. */
static bool has_other_threads(void)
{
    struct stat tasks;

    /* A folder for each thread, beside "." and "..". */
    return stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink > 3;
}

static void wait_in_place(void *cond, void *mutex, const char *file, int line)
{
    if (gettid() == getpid()) {
        if (vcpu_do_work()) {
            return;
        }
        if (!has_other_threads()) {
            watched->answer.waits = 1;
            raise(SIGABRT);
        }
    }
    wait_for_signal(cond, mutex, file, line);
}

void vcpu_begin(struct protocol_shared *shared)
{
    watched = shared;
    wait_for_signal = *symbols.qemu_cond_wait_func;
    *symbols.qemu_cond_wait_func = wait_in_place;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shares memory with the object in a QEMU that runs as it is. */
#include "harness/loader/qemu/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/loader/qemu/answer.h"
#include "harness/loader/qemu/object.h"

struct watch {
    int control;
    struct protocol_shared *shared;
    struct program program;
    struct object_word object;
    const char *environment[5];
};

struct watch *watch_open(const char *object, struct hs_error *err)
{
    struct watch *watch = hs_alloc(sizeof(*watch));
    void *memory = MAP_FAILED;

    watch->control = -1;
    if (object_word_of(object, &watch->object, err) < 0) {
        watch_close(watch);
        return NULL;
    }
    memcpy(watch->environment, (const char *[]){ "LD_PRELOAD", watch->object.text, PROTOCOL_ENV_WATCHED, "1", NULL },
           sizeof(watch->environment));
    watch->control = memfd_create("hardstop-control", MFD_CLOEXEC);
    if (watch->control >= 0 && ftruncate(watch->control, sizeof(*watch->shared)) == 0) {
        memory = mmap(NULL, sizeof(*watch->shared), PROT_READ | PROT_WRITE, MAP_SHARED, watch->control, 0);
    }
    if (memory == MAP_FAILED) {
        hs_fail(err, HS_NO_OFFSET, "no shared memory: %s", strerror(errno));
        watch_close(watch);
        return NULL;
    }
    watch->shared = memory;
    return watch;
}

void watch_close(struct watch *watch)
{
    if (watch) {
        if (watch->shared) {
            munmap(watch->shared, sizeof(*watch->shared));
        }
        if (watch->control >= 0) {
            close(watch->control);
        }
        program_close(&watch->program);
        object_word_clear(&watch->object);
        free(watch);
    }
}

void watch_begin(struct watch *watch, struct process_given *given)
{
    memset(watch->shared, 0, sizeof(*watch->shared));
    watch->shared->magic = PROTOCOL_MAGIC;
    process_give(given, watch->control, PROTOCOL_FD_CONTROL);
    given->environment = watch->environment;
}

void watch_interrupt(struct process *process)
{
    struct patience patience = patience_with(process->pid, LOADER_STACK_MS);
    int exit_status, number;

    /* To all of them: the one that hangs need not be the one that was started. */
    kill(-process->pid, SIGABRT);
    process_wait(process, &patience, &exit_status, &number);
}

void watch_read(struct watch *watch, struct loader_answer *answer)
{
    answer->fault_address = watch->shared->answer.fault_address;
    answer_read_frames(watch->shared, answer);
    program_name_answer(&watch->program, watch->shared, answer);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes that take one task after the other, and leave what it showed in memory that they share. */
#include "harness/tool/replay_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"

struct slot {
    bool done, failed;
    struct replay replay;
    struct hs_error why; /* failed */
};

struct shared {
    size_t next; /* the first task that nobody took */
    struct slot slots[];
};

__attribute__((noreturn)) static void work(struct shared *shared, const struct known *known,
                                           const struct replay_task *tasks, size_t n, enum trust trust)
{
    size_t i;

    while ((i = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED)) < n) {
        struct slot *slot = &shared->slots[i];

        slot->failed =
            replay_line(known, tasks[i].line, tasks[i].program, trust, &slot->replay, &slot->why) < 0;
        snprintf(slot->replay.qemu, sizeof(slot->replay.qemu), "%s", tasks[i].version);
        slot->done = true;
    }
    _exit(0);
}

/* Starts the processes and waits for them; how many were started. */
static unsigned run(struct shared *shared, const struct known *known, const struct replay_task *tasks, size_t n,
                    unsigned jobs, enum trust trust)
{
    unsigned started = 0;

    fflush(NULL);
    for (unsigned i = 0; i < jobs; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            work(shared, known, tasks, n, trust);
        }
        started += pid > 0;
    }
    while (wait(NULL) > 0 || errno == EINTR) {
    }
    return started;
}

int replay_run(const struct known *known, struct replay_task *tasks, size_t n, unsigned jobs, enum trust trust,
               int (*tell)(const struct hs_error *err), struct replays *replays, struct hs_error *err)
{
    size_t size = sizeof(struct shared) + n * sizeof(struct slot);
    struct shared *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (shared == MAP_FAILED) {
        return hs_fail(err, HS_NO_OFFSET, "no memory for %zu replays: %s", n, strerror(errno));
    }
    if (!run(shared, known, tasks, n, jobs, trust)) {
        munmap(shared, size);
        return hs_fail(err, HS_NO_OFFSET, "no process could be started: %s", strerror(errno));
    }
    for (size_t i = 0; i < n; i++) {
        struct slot *slot = &shared->slots[i];

        if (!slot->done) {
            hs_fail(&slot->why, HS_NO_OFFSET, "%s: the process that replayed it ended", tasks[i].line->name);
        }
        if (!slot->done || slot->failed) {
            tell(&slot->why);
            tasks[i].why = hs_strdup(slot->why.text);
        } else {
            replays_put(replays, &slot->replay);
        }
    }
    munmap(shared, size);
    return 0;
}

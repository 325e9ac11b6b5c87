/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plain load is done in a fork, whose time limit is kept here.  Fast ones are done by the runner, a fork that reads
 * requests itself, one after the other.
 */
#include "harness/loader/qemu/preload/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/loader/limits.h"
#include "harness/loader/poke.h"
#include "harness/loader/qemu/preload/beyond.h"
#include "harness/loader/qemu/preload/crash.h"
#include "harness/loader/qemu/preload/digits.h"
#include "harness/loader/qemu/preload/isolate.h"
#include "harness/loader/qemu/preload/load.h"
#include "harness/loader/qemu/preload/ram.h"
#include "harness/loader/qemu/preload/vcpu.h"
#include "harness/loader/qemu/preload/watch.h"

static void limit_resources(uint64_t memory)
{
    const struct rlimit no_core = { 0, 0 };
    struct rlimit space;
    unsigned long pages;
    char text[64];
    int fd = memory ? open("/proc/self/statm", O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n;

    setrlimit(RLIMIT_CORE, &no_core);
    if (fd < 0) {
        return;
    }
    n = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (n > 0) {
        text[n] = 0;
        pages = digits_read(&(const char *){ text }, 10);
        space.rlim_cur = space.rlim_max = pages * (unsigned long)sysconf(_SC_PAGESIZE) + memory;
        setrlimit(RLIMIT_AS, &space);
    }
}

__attribute__((noreturn)) static void load_once(struct protocol_shared *shared)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    load_prepare();
    if (shared->request.again || shared->request.pokes & POKE_BIT(POKE_WATCH)) {
        ram_reserve();
    }
    if (shared->request.pokes & POKE_BIT(POKE_WATCH)) {
        watch_reserve();
    }
    limit_resources(shared->request.memory_limit);
    crash_watch(shared);
    vcpu_begin(shared);
    isolate_clean_stack();
    load_stream(shared);
    _exit(0);
}

enum wait_result {
    WAIT_TIME_IS_UP,
    WAIT_ENDED, /* the process did, by itself */
    WAIT_GONE, /* the supervisor is */
};

static enum wait_result wait_within(int pidfd, uint32_t timeout_ms)
{
    struct pollfd fds[2] = {
        { .fd = pidfd, .events = POLLIN },
        { .fd = PROTOCOL_FD_SOCKET, .events = POLLRDHUP },
    };
    int n;

    do {
        n = poll(fds, 2, (int)timeout_ms);
    } while (n < 0 && errno == EINTR);
    if (n <= 0) {
        return WAIT_TIME_IS_UP;
    }
    return fds[0].revents & POLLIN ? WAIT_ENDED : WAIT_GONE;
}

/* Processor time that the process has used. */
static uint32_t used_ms(pid_t pid)
{
    struct timespec used = { 0 };
    clockid_t clock;

    /* Not by the C library's function, whose clocks stand still here. */
    if (clock_getcpuclockid(pid, &clock) != 0 || syscall(SYS_clock_gettime, clock, &used) < 0) {
        return UINT32_MAX;
    }
    return (uint32_t)(used.tv_sec * 1000 + used.tv_nsec / 1000000);
}

/* Does nothing and waits for nothing that it would be given soon, as a disk's answer? */
static bool is_asleep(pid_t pid)
{
    char path[32], text[512], *state;
    ssize_t n = -1;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, text, sizeof(text) - 1);
        close(fd);
    }
    if (n <= 0) {
        return false;
    }
    text[n] = 0;
    /* Behind the name, which may hold anything. */
    state = strrchr(text, ')');
    return state && strncmp(state, ") S", 3) == 0;
}

enum end {
    END_ITSELF,
    END_UNWANTED, /* the supervisor is gone */
    END_SPINS,
    END_WAITS,
};

/*
 * The limit is processor time, so that a busy machine does not make a slow load a hang.  One that only sleeps waits for
 * a thread that it does not have.
 */
static enum end await_end(pid_t pid, int pidfd, uint32_t limit_ms)
{
    uint32_t used = 0;
    unsigned asleep = 0;

    while (used < limit_ms && asleep < LOADER_LOOKS) {
        uint32_t left = limit_ms - used, before = used;
        enum wait_result result = wait_within(pidfd, left < LOADER_LOOK_MS ? left : LOADER_LOOK_MS);

        if (result != WAIT_TIME_IS_UP) {
            return result == WAIT_ENDED ? END_ITSELF : END_UNWANTED;
        }
        used = used_ms(pid);
        asleep = used == before && is_asleep(pid) ? asleep + 1 : 0;
    }
    return used < limit_ms ? END_WAITS : END_SPINS;
}

static void drop_own_signal(struct protocol_shared *shared)
{
    if (shared->answer.timed_out || shared->answer.waits) {
        shared->answer.signal = 0;
        shared->answer.fault_address = 0;
    }
}

/* What the end of a process that loads says. */
static void record_end(struct protocol_shared *shared, int status)
{
    if (WIFSIGNALED(status)) {
        shared->answer.signal = WTERMSIG(status);
    }
    drop_own_signal(shared);
    /* A sanitizer that has handled a signal exits. */
    if (WIFEXITED(status) && !shared->answer.signal && shared->answer.phase != PROTOCOL_PHASE_FINISHED) {
        shared->answer.exited = 1;
        shared->answer.exit_status = WEXITSTATUS(status);
    }
    crash_translate(shared);
}

static void run_load(struct protocol_shared *shared)
{
    enum end end;
    pid_t pid;
    int pidfd, status = 0;

    memset(&shared->answer, 0, sizeof(shared->answer));
    pid = fork();
    if (pid == 0) {
        load_once(shared);
    }
    if (pid < 0) {
        return;
    }
    pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0) {
        /* Linux before 5.3.  Without a way to see the end there is no verdict. */
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        memset(&shared->answer, 0, sizeof(shared->answer));
        return;
    }
    end = await_end(pid, pidfd, shared->request.timeout_ms);
    if (end != END_ITSELF) {
        shared->answer.timed_out = end == END_SPINS;
        shared->answer.waits = end == END_WAITS;
        /* A load that still obeys signals shows where it spins; either way it ends. */
        kill(pid, SIGABRT);
        await_end(pid, pidfd, used_ms(pid) + LOADER_STACK_MS);
        kill(pid, SIGKILL);
    }
    close(pidfd);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    record_end(shared, status);
}

static void await_request(void)
{
    char message;
    ssize_t n;

    do {
        n = read(PROTOCOL_FD_SOCKET, &message, 1);
    } while (n < 0 && errno == EINTR);
    if (n != 1 || message != PROTOCOL_LOAD) {
        _exit(0);
    }
}

static void answer(void)
{
    char message = PROTOCOL_DONE;

    if (write(PROTOCOL_FD_SOCKET, &message, 1) != 1) {
        _exit(0);
    }
}

/* A pipe: requests that are not for the runner, which reads them all while it lives, go to the server. */
static int passed_on[2];

/* Only a runner whose answer is blank is busy: a supervisor that looks then does not see the last load's. */
static void begin_answer(struct protocol_shared *shared)
{
    memset(&shared->answer, 0, sizeof(shared->answer));
    atomic_thread_fence(memory_order_seq_cst);
    shared->runner.busy = 1;
}

/* The next request for the runner. */
static void await_fast_request(struct protocol_shared *shared)
{
    await_request();
    while (!shared->request.fast) {
        if (write(passed_on[1], "", 1) != 1) {
            _exit(0);
        }
        await_request();
    }
    begin_answer(shared);
}

static void load_fast(struct protocol_shared *shared)
{
    static void *place[5]; /* as __builtin_setjmp() wants it */

    if (__builtin_setjmp(place) == 0) {
        crash_return_to(place);
        load_stream(shared);
    } else {
        beyond_end();
        drop_own_signal(shared);
        crash_translate(shared);
    }
    crash_return_to(NULL);
}

/* Loads for as long as memory can be put back.  Each supervisor has one memory limit for all its loads. */
__attribute__((noreturn)) static void run_fast_loads(struct protocol_shared *shared)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    load_prepare();
    crash_watch(shared);
    vcpu_begin(shared);
    if (!isolate_begin(shared, sizeof(*shared))) {
        _exit(3);
    }
    limit_resources(shared->request.memory_limit);
    isolate_clean_stack();
    for (;;) {
        load_fast(shared);
        shared->runner.busy = 0;
        answer();
        if (!isolate_restore()) {
            _exit(0);
        }
        await_fast_request(shared);
    }
}

/* Does what the runner leaves to the server, until the runner ends. */
static void serve_beside_runner(struct protocol_shared *shared, int pidfd)
{
    struct pollfd fds[2] = {
        { .fd = passed_on[0], .events = POLLIN },
        { .fd = pidfd, .events = POLLIN },
    };
    char message;

    for (;;) {
        if (poll(fds, 2, -1) < 0) {
            continue;
        }
        if (fds[0].revents & POLLIN) {
            if (read(passed_on[0], &message, 1) == 1) {
                run_load(shared);
                answer();
            }
        } else if (fds[1].revents & POLLIN) {
            return;
        }
    }
}

/* The request that is there, and those that follow, until a load takes the runner with it. */
static void run_runner(struct protocol_shared *shared)
{
    int status = 0, pidfd;
    pid_t pid;

    begin_answer(shared);
    pid = fork();
    if (pid == 0) {
        run_fast_loads(shared);
    }
    shared->runner.pid = pid;
    pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    if (pidfd >= 0) {
        serve_beside_runner(shared, pidfd);
        close(pidfd);
    } else if (pid > 0) {
        /* Linux before 5.3. */
        kill(pid, SIGKILL);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    shared->runner.pid = 0;
    if (shared->runner.busy) {
        record_end(shared, status);
        shared->runner.busy = 0;
        answer();
    }
}

void serve(struct protocol_shared *shared)
{
    if (pipe2(passed_on, O_CLOEXEC) < 0) {
        _exit(0);
    }
    for (;;) {
        await_request();
        if (shared->request.fast) {
            run_runner(shared);
        } else {
            run_load(shared);
            answer();
        }
    }
}

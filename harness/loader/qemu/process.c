/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts processes, hands them descriptors, and ends them. */
#include "harness/loader/qemu/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/check.h"
#include "harness/loader/loader.h"
#include "harness/loader/qemu/guard.h"
#include "harness/loader/qemu/sanitizer.h"

enum {
    FIRST_SPARE_FD = 224, /* above what a child is given */
    MIN_FILES = 256,
    MIN_FILE_SIZE = 64 << 20, /* of a stream with guest RAM and firmware, or of a saved state */
};

int process_check_limits(struct hs_error *err)
{
    struct rlimit files, size;

    if (getrlimit(RLIMIT_NOFILE, &files) < 0 || getrlimit(RLIMIT_FSIZE, &size) < 0) {
        return hs_fail(err, HS_NO_OFFSET, "no limits: %s", strerror(errno));
    }
    if (files.rlim_cur < MIN_FILES) {
        return hs_fail(err, HS_NO_OFFSET, "ulimit -n allows %llu open files, and %d are needed",
                       (unsigned long long)files.rlim_cur, MIN_FILES);
    }
    if (size.rlim_cur < MIN_FILE_SIZE) {
        return hs_fail(err, HS_NO_OFFSET, "ulimit -f allows files of %llu KiB, and %d are needed",
                       (unsigned long long)size.rlim_cur / 1024, MIN_FILE_SIZE / 1024);
    }
    return 0;
}

/* In two moves: a descriptor that is still to be handed on may have the number that another one gets. */
static bool hand_over(const struct process_given *given)
{
    int spare[HS_COUNT(given->fds)];

    for (size_t i = 0; i < given->n_fds; i++) {
        spare[i] = fcntl(given->fds[i].from, F_DUPFD_CLOEXEC, FIRST_SPARE_FD);
        if (spare[i] < 0) {
            return false;
        }
    }
    for (size_t i = 0; i < given->n_fds; i++) {
        if (dup2(spare[i], given->fds[i].to) < 0) {
            return false;
        }
    }
    return true;
}

__attribute__((noreturn)) static void run_child(const char *path, const struct arguments *arguments,
                                                const struct process_given *given, int error_fd)
{
    const char *const *environment = given->environment;
    int null = open("/dev/null", O_RDWR);
    sigset_t none;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    /* What is written to our memory files fails like any other. */
    signal(SIGXFSZ, SIG_IGN);
    dup2(null, 0);
    dup2(null, 1);
    dup2(error_fd, 2);
    if (!hand_over(given)) {
        dprintf(2, "descriptors cannot be handed over: %s\n", strerror(errno));
        _exit(127);
    }
    /* A sound card that this machine has or has not is no matter of a load, and its driver has much to say. */
    setenv("QEMU_AUDIO_DRV", "none", 1);
    sanitizer_set_options();
    if (environment) {
        /* A served QEMU has the same addresses each time, and so has what is said of its crashes. */
        personality(ADDR_NO_RANDOMIZE);
    }
    for (; environment && *environment; environment += 2) {
        setenv(environment[0], environment[1], 1);
    }
    execv(path, arguments->argv);
    dprintf(2, "%s: %s\n", path, strerror(errno));
    _exit(127);
}

void process_give(struct process_given *given, int from, int to)
{
    if (from >= 0) {
        HS_CHECK(given->n_fds < HS_COUNT(given->fds), "%zu descriptors", given->n_fds);
        given->fds[given->n_fds++] = (struct process_fd){ from, to };
    }
}

int process_start(struct process *process, const char *path, const struct arguments *arguments,
                  const struct process_given *given, struct hs_error *err)
{
    int errors[2];
    pid_t pid;

    if (pipe2(errors, O_CLOEXEC | O_NONBLOCK) < 0) {
        return hs_fail(err, HS_NO_OFFSET, "no pipe: %s", strerror(errno));
    }
    fcntl(errors[0], F_SETPIPE_SZ, PROCESS_ERRORS_SIZE);
    pid = fork();
    if (pid == 0) {
        run_child(path, arguments, given, errors[1]);
    }
    close(errors[1]);
    if (pid < 0) {
        close(errors[0]);
        return hs_fail(err, HS_NO_OFFSET, "no new process: %s", strerror(errno));
    }
    /* Here and there: whoever comes first. */
    setpgid(pid, pid);
    guard_add(pid);
    process->pid = pid;
    process->error_fd = errors[0];
    return 0;
}

void process_kill(struct process *process)
{
    if (process->pid) {
        /* All that it started goes with it: a wrapper is no QEMU. */
        kill(-process->pid, SIGKILL);
        kill(process->pid, SIGKILL);
        guard_remove(process->pid);
        while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        close(process->error_fd);
        process->pid = 0;
    }
}

bool process_wait(const struct process *process, struct patience *patience, int *exit_status, int *signal)
{
    /* WNOWAIT leaves the reaping, and with it the child's number, to process_kill(). */
    const int options = WEXITED | WNOHANG | WNOWAIT;
    siginfo_t info = { 0 };
    struct timespec step = { .tv_nsec = 1000000 };

    while (waitid(P_PID, (id_t)process->pid, &info, options) < 0 || info.si_pid == 0) {
        if (patience_is_over(patience)) {
            return false;
        }
        nanosleep(&step, NULL);
    }
    *exit_status = info.si_code == CLD_EXITED ? info.si_status : -1;
    *signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
    return true;
}

bool process_was_killed(const struct process *process)
{
    struct patience moment = patience_by_clock(LOADER_LOOK_MS);
    int status, signal;

    return process->pid && process_wait(process, &moment, &status, &signal) && loader_is_from_outside(signal);
}

uint64_t process_address_space(const struct process *process)
{
    char path[64];
    unsigned long pages = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/statm", (int)process->pid);
    file = fopen(path, "re");
    if (file) {
        if (fscanf(file, "%lu", &pages) != 1) {
            pages = 0;
        }
        fclose(file);
    }
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

size_t process_read_errors(struct process *process, char *text, size_t size)
{
    size_t length = 0;
    char chunk[4096];
    ssize_t n;

    while ((n = read(process->error_fd, chunk, sizeof(chunk))) > 0) {
        size_t kept = (size_t)n < size - 1 - length ? (size_t)n : size - 1 - length;

        memcpy(text + length, chunk, kept);
        length += kept;
    }
    text[length] = 0;
    return length;
}

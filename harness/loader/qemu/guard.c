/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells a child over a pipe which groups to end once its parent is gone. */
#include "harness/loader/qemu/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_GROUPS = 1024 };

static struct {
    pid_t owner; /* whose child it is: a fork of ours needs one of its own */
    pid_t pid; /* 0: none */
    int fd; /* a number for each group that comes; minus the number when it goes */
    size_t n;
} guard;

/* In the guard, which may not allocate: the process that it is a fork of may have had more threads. */
static pid_t groups[MAX_GROUPS];
static size_t n_groups;

static void note(pid_t number)
{
    for (size_t i = 0; i < n_groups; i++) {
        if (groups[i] == -number) {
            groups[i] = groups[--n_groups];
            return;
        }
    }
    if (number > 0 && n_groups < MAX_GROUPS) {
        groups[n_groups++] = number;
    }
}

static void on_death(int number)
{
    (void)number;
}

/* All that would keep a pipe or a file of our parent's open. */
static void close_all_but(int fd)
{
    if (fd > 0) {
        syscall(SYS_close_range, 0, fd - 1, 0);
    }
    syscall(SYS_close_range, fd + 1, ~0u, 0);
}

__attribute__((noreturn)) static void stand_guard(pid_t parent, int fd)
{
    struct sigaction action = { .sa_handler = on_death };
    struct pollfd from = { .fd = fd, .events = POLLIN };
    sigset_t all, all_but_death;
    pid_t number;

    /* In a group of its own: what ends ours does not end it before its time. */
    setpgid(0, 0);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    all_but_death = all;
    sigdelset(&all_but_death, SIGTERM);
    sigaction(SIGTERM, &action, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    close_all_but(fd);
    for (bool is_orphan = false; !is_orphan;) {
        ssize_t n;

        /* Asked before what is in the pipe is read: then nothing comes behind it. */
        is_orphan = getppid() != parent;
        while ((n = read(fd, &number, sizeof(number))) == sizeof(number)) {
            note(number);
        }
        if (n == 0) {
            from.fd = -1;
        }
        if (!is_orphan) {
            ppoll(&from, 1, NULL, &all_but_death);
        }
    }
    for (size_t i = 0; i < n_groups; i++) {
        kill(-groups[i], SIGKILL);
    }
    _exit(0);
}

static void start(void)
{
    pid_t parent = getpid();
    int ends[2];

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        return;
    }
    guard.pid = fork();
    if (guard.pid == 0) {
        stand_guard(parent, ends[0]);
    }
    close(ends[0]);
    guard.fd = ends[1];
    guard.owner = parent;
    if (guard.pid < 0) {
        /* What was started ends with us as far as it obeys PR_SET_PDEATHSIG. */
        guard.pid = 0;
        close(guard.fd);
    }
}

static void stop(void)
{
    close(guard.fd);
    kill(guard.pid, SIGKILL);
    while (waitpid(guard.pid, NULL, 0) < 0 && errno == EINTR) {
    }
    guard.pid = 0;
}

static void tell(pid_t number)
{
    ssize_t n;

    do {
        n = write(guard.fd, &number, sizeof(number));
    } while (n < 0 && errno == EINTR);
}

void guard_add(pid_t group)
{
    if (guard.pid && guard.owner != getpid()) {
        close(guard.fd);
        guard.pid = 0;
    }
    if (!guard.pid) {
        guard.n = 0;
        start();
    }
    if (guard.pid) {
        guard.n++;
        tell(group);
    }
}

void guard_remove(pid_t group)
{
    if (guard.pid && guard.owner == getpid()) {
        tell(-group);
        if (--guard.n == 0) {
            stop();
        }
    }
}

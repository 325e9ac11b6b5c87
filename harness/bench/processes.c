/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forks, waits, and shows how far it is. */
#include "harness/bench/processes.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/check.h"

static void show_progress(const char *what, size_t done, size_t n)
{
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%s: %zu of %zu%s", what, done, n, done == n ? "\r\033[K" : "");
    }
}

void processes_run(const char *what, size_t n, size_t jobs, void (*run)(void *user, size_t index), void *user)
{
    size_t started = 0, done = 0;
    int status = 0;

    fflush(NULL);
    while (done < n) {
        for (; started < n && started - done < jobs; started++) {
            pid_t pid = fork();

            HS_CHECK(pid >= 0, "no new process");
            if (pid == 0) {
                run(user, started);
                _exit(2);
            }
        }
        show_progress(what, done, n);
        HS_CHECK(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s failed: %x", what, status);
        done++;
    }
    show_progress(what, done, n);
}

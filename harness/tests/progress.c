/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads /proc. */
#include "harness/tests/progress.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"

enum { LOOK_US = 10000 }; /* a look reads all of /proc; times in it have no finer steps */

static bool read_process(pid_t pid, struct progress_process *process)
{
    char *path = hs_format("/proc/%d/stat", (int)pid), text[1024], *open, *close, state;
    FILE *file = fopen(path, "r");
    unsigned long times[4];
    bool found = false;

    free(path);
    if (file && fgets(text, sizeof(text), file)) {
        open = strchr(text, '(');
        close = strrchr(text, ')');
        found = open && close &&
                sscanf(close + 2, "%c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld", &state,
                       &process->parent, &times[0], &times[1], (long *)&times[2], (long *)&times[3]) == 6;
        if (found) {
            process->pid = pid;
            process->ended = state == 'Z' || state == 'X';
            snprintf(process->name, sizeof(process->name), "%.*s", (int)(close - open - 1), open + 1);
            process->used_ms = (times[0] + times[1] + times[2] + times[3]) * 1000 / (unsigned long)sysconf(_SC_CLK_TCK);
        }
    }
    if (file) {
        fclose(file);
    }
    return found;
}

static bool has(const struct progress_process *list, size_t n, pid_t pid)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i].pid == pid) {
            return true;
        }
    }
    return false;
}

/* All there are; returns how many. */
static size_t read_all(struct progress_process **all)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    size_t n = 0;

    *all = NULL;
    while (proc && (entry = readdir(proc))) {
        pid_t pid = (pid_t)atoi(entry->d_name);
        struct progress_process process;

        if (pid > 0 && read_process(pid, &process)) {
            *HS_PUSH(*all, n) = process;
        }
    }
    closedir(proc);
    return n;
}

size_t progress_tree(pid_t root, struct progress_process *list)
{
    struct progress_process *all;
    size_t n = 0, n_all, before;

    if (!read_process(root, &list[n++])) {
        return 0;
    }
    n_all = read_all(&all);
    do {
        before = n;
        for (size_t i = 0; i < n_all && n < PROGRESS_PROCESSES; i++) {
            if (!has(list, n, all[i].pid) && has(list, n, all[i].parent)) {
                list[n++] = all[i];
            }
        }
    } while (n > before && n < PROGRESS_PROCESSES);
    free(all);
    return n;
}

/* Waits until `ms` are used, or for the end, and says what was used. */
static uint64_t watch(pid_t root, uint64_t ms, bool *ended)
{
    struct progress_process list[PROGRESS_PROCESSES];
    uint64_t total = 0, last = 0;

    for (bool first = true;; first = false) {
        size_t n = progress_tree(root, list);
        uint64_t used = 0;

        *ended = !n || list[0].ended;
        for (size_t i = 0; i < n; i++) {
            used += list[i].used_ms;
        }
        /* What nobody waited for takes its time along when it is gone. */
        total += !first && used > last ? used - last : 0;
        last = used;
        if (*ended || total >= ms) {
            return total;
        }
        usleep(LOOK_US);
    }
}

bool progress_wait(pid_t root, uint64_t ms)
{
    bool ended;

    watch(root, ms, &ended);
    return !ended;
}

uint64_t progress_run(pid_t root)
{
    bool ended;

    return watch(root, UINT64_MAX, &ended);
}

bool progress_wait_for(pid_t root, const char *name)
{
    struct progress_process list[PROGRESS_PROCESSES];
    size_t n;

    while ((n = progress_tree(root, list)) && !list[0].ended) {
        for (size_t i = 1; i < n; i++) {
            if (strstr(list[i].name, name)) {
                return true;
            }
        }
        usleep(LOOK_US);
    }
    return false;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds each meeting in a process of its own. */
#include "harness/tool/compat_run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/time.h"
#include "harness/compat/meet.h"
#include "harness/report/meetings.h"

/* In a process of its own: what ends that loses this meeting alone. */
static pid_t begin(const struct meeting *meeting, int file)
{
    pid_t pid = fork();

    if (pid == 0) {
        json_t *results;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        results = meet(meeting);

        _exit(json_dumpfd(results, file, JSON_COMPACT) < 0);
    }
    HS_CHECK(pid > 0, "no new process");
    return pid;
}

static void show_progress(size_t done, size_t n)
{
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, done == n ? "\r\033[K" : "\r%zu of %zu setups", done, n);
    }
}

static json_t *read_results(const struct meeting *meeting, int file)
{
    json_t *results;

    lseek(file, 0, SEEK_SET);
    results = json_loadfd(file, 0, NULL);
    close(file);
    return results ? results : meet_lost(meeting, "unknown", "the process that held it ended before its time");
}

struct held {
    pid_t pid; /* 0: it has not begun, or has ended */
    int file;
    double began, took; /* seconds */
    json_t *results; /* NULL: it has not ended */
};

/* Waits for one to end. */
static void end_one(const struct compat_plan *plan, struct held *held)
{
    pid_t pid = wait(NULL);

    HS_CHECK(pid > 0, "no process is left to wait for");
    for (size_t i = 0; i < plan->n_meetings; i++) {
        if (held[i].pid == pid) {
            held[i].pid = 0;
            held[i].took = time_now() - held[i].began;
            held[i].results = read_results(&plan->meetings[i], held[i].file);
            return;
        }
    }
}

static void begin_one(const struct compat_plan *plan, struct held *held, size_t at)
{
    held[at].began = time_now();
    held[at].file = memfd_create("hardstop-compat", MFD_CLOEXEC);
    held[at].pid = begin(&plan->meetings[at], held[at].file);
}

static json_t *results_in_order(const struct compat_plan *plan, const struct held *held, json_t *times)
{
    json_t *all = json_array();

    for (size_t i = 0; i < plan->n_meetings; i++) {
        json_t *results = held[i].results ? held[i].results
                                          : meet_lost(&plan->meetings[i], "left out", "no time was left for it");

        json_array_extend(all, results);
        for (size_t k = 0, n = json_array_size(results); times && k < n; k++) {
            json_array_append_new(times, json_real(held[i].took / (double)n));
        }
        json_decref(results);
    }
    return all;
}

json_t *compat_run(const struct compat_plan *plan, unsigned jobs, unsigned long seconds, json_t *times)
{
    struct held *held = hs_alloc(plan->n_meetings * sizeof(*held));
    size_t *order = compat_plan_order(plan), n = plan->n_meetings;
    double end = time_now() + (double)seconds;
    json_t *all;

    fflush(NULL);
    for (size_t begun = 0, done = 0; done < n; done++) {
        for (; begun < n && begun - done < jobs; begun++) {
            if (seconds && time_now() >= end) {
                n = begun;
                break;
            }
            begin_one(plan, held, order[begun]);
        }
        show_progress(done, n);
        if (done < n) {
            end_one(plan, held);
        }
    }
    show_progress(n, n);
    all = results_in_order(plan, held, times);
    free(order);
    free(held);
    return all;
}

static void print_page(FILE *out, const void *user)
{
    const struct compat_told *told = user;

    meetings_html(out, told->results, told->baseline);
}

int compat_tell(const struct compat_told *told, struct hs_error *err)
{
    struct results results;
    int result;

    if (outputs_has_text(told->outputs)) {
        meetings_text(stdout, told->results, told->baseline, told->all);
    }
    results_open(&results, told->command);
    meetings_results(told->results, told->times, told->baseline, told->seconds, &results);
    result = outputs_write(told->outputs, json_incref((json_t *)told->results), &results, err);
    results_clear(&results);
    return result < 0 ? -1 : outputs_write_page(told->outputs, print_page, told, err);
}

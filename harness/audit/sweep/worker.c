/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges the pieces that the parent sends, and ends with it. */
#include "harness/audit/sweep/worker.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct worker {
    const struct sweep_job *job;
    struct sweep_shared *shared;
    int socket;
    struct sweep_judge judge;
    struct sweep_answers answers;
};

/* A parent that is gone is no error: the worker ends. */
static bool tell(const struct worker *worker, enum sweep_message_kind kind, enum verdict verdict, const char *text)
{
    struct sweep_message message = { .kind = kind, .verdict = verdict };
    size_t size = offsetof(struct sweep_message, text);
    ssize_t n;

    size += (size_t)snprintf(message.text, sizeof(message.text), "%s", text) + 1;
    size = size < sizeof(message) ? size : sizeof(message);
    do {
        n = send(worker->socket, &message, size, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n == (ssize_t)size;
}

static bool take_piece(const struct worker *worker, struct sweep_piece *piece)
{
    ssize_t n;

    if (!tell(worker, SWEEP_WANTS, VERDICT_UNKNOWN, "")) {
        return false;
    }
    do {
        n = recv(worker->socket, piece, sizeof(*piece), 0);
    } while (n < 0 && errno == EINTR);
    return n == sizeof(*piece);
}

static bool put_result(struct worker *worker, uint32_t cell, enum verdict verdict, const char *text)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    struct sweep_shared *shared = worker->shared;
    uint32_t known = worker->answers.n, answer = sweep_answers_put(&worker->answers, verdict, text);
    uint32_t written = atomic_load_explicit(&shared->written, memory_order_relaxed);

    /* The parent must know an answer before it finds its number. */
    if (answer == known && !tell(worker, SWEEP_ANSWER, verdict, text)) {
        return false;
    }
    while (written - atomic_load_explicit(&shared->read, memory_order_acquire) == SWEEP_RING) {
        /* The parent looks some fifty times a second. */
        nanosleep(&moment, NULL);
    }
    shared->ring[written % SWEEP_RING].cell = cell;
    shared->ring[written % SWEEP_RING].answer = answer;
    atomic_store_explicit(&shared->written, written + 1, memory_order_release);
    return true;
}

static bool judge_piece(struct worker *worker, const struct sweep_piece *piece)
{
    const struct sweep_job *job = worker->job;
    char text[SWEEP_TEXT];
    enum verdict verdict;
    struct hs_error err;

    for (uint32_t cell = piece->first; cell < piece->end; cell++) {
        if (job->repeats[cell] || job->results[cell]) {
            continue;
        }
        if (atomic_load_explicit(&worker->shared->stop, memory_order_relaxed)) {
            return false;
        }
        atomic_store_explicit(&worker->shared->at, cell + 1, memory_order_release);
        if (sweep_judge_cell(&worker->judge, cell, piece->plainly, &verdict, text, &err) < 0) {
            tell(worker, SWEEP_REFUSED, VERDICT_UNKNOWN, err.text);
            return false;
        }
        if (!put_result(worker, cell, verdict, text)) {
            return false;
        }
        atomic_store_explicit(&worker->shared->at, 0, memory_order_release);
    }
    return true;
}

/*
 * Worker and loader take turns, each waiting for the other: on one core the change costs a fraction of what waking
 * another core does.  What the worker starts stays there, too.
 */
static void stay_on_one_core(unsigned number)
{
    cpu_set_t all, one;
    unsigned seen = 0;

    if (sched_getaffinity(0, sizeof(all), &all) < 0 || !CPU_COUNT(&all)) {
        return;
    }
    number %= (unsigned)CPU_COUNT(&all);
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &all) && seen++ == number) {
            CPU_SET(cpu, &one);
        }
    }
    sched_setaffinity(0, sizeof(one), &one);
}

void sweep_work(const struct sweep_job *job, unsigned number, struct sweep_shared *shared, int socket)
{
    struct worker worker = { .job = job, .shared = shared, .socket = socket };
    struct sweep_piece piece;
    struct hs_error err = { .text = "" };
    bool refused = false;
    struct loader *loader;

    stay_on_one_core(number);
    loader = job->open(job->user, &err);
    if (!loader) {
        tell(&worker, SWEEP_FAILED, VERDICT_UNKNOWN, err.text);
        return;
    }
    if (sweep_judge_init(&worker.judge, job->plan, loader, &shared->pulse, job->timeout_ms, job->with_fresh, &refused,
                         &err) < 0) {
        tell(&worker, refused ? SWEEP_REFUSED : SWEEP_FAILED, VERDICT_UNKNOWN, err.text);
    } else {
        while (take_piece(&worker, &piece) && judge_piece(&worker, &piece)) {
            continue;
        }
    }
    loader_close(loader);
    sweep_judge_clear(&worker.judge);
    sweep_answers_clear(&worker.answers);
}

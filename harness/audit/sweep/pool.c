/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Polls sockets, reads rings, and collects processes that ended: nothing here waits for one worker alone. */
#include "harness/audit/sweep/pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/time.h"

enum {
    TURN_MS = 20,
    END_MS = 2000,
    MAX_FAILURES = 3, /* in a row, and beyond one for each worker: then the sweep gives up */
};

static void fail(struct sweep_pool *pool, const char *reason)
{
    if (!pool->has_failed) {
        hs_fail(pool->err, HS_NO_OFFSET, "%s", reason);
        pool->has_failed = true;
    }
}

/* A worker ended without a result.  Another is started in its place, but not for ever. */
static void note_failure(struct sweep_pool *pool, const char *reason)
{
    if (++pool->failures >= MAX_FAILURES + pool->n) {
        fail(pool, reason);
    }
}

__attribute__((noreturn)) static void be_worker(struct sweep_pool *pool, const struct sweep_worker *worker,
                                                int socket, pid_t parent)
{
    const struct rlimit none = { 0, 0 };

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(0);
    }
    /* A terminal's interrupt is for the parent, which ends the workers when it has their results. */
    setpgid(0, 0);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    /* No core dumps: thousands of crashes are expected. */
    setrlimit(RLIMIT_CORE, &none);
    for (unsigned i = 0; i < pool->n; i++) {
        if (pool->workers[i].pid) {
            close(pool->workers[i].socket);
        }
    }
    sweep_work(&pool->job, (unsigned)(worker - pool->workers), worker->shared, socket);
    _exit(0);
}

static void start(struct sweep_pool *pool, struct sweep_worker *worker)
{
    pid_t parent = getpid();
    int sockets[2];

    memset(worker, 0, sizeof(*worker));
    worker->shared = mmap(NULL, sizeof(*worker->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (worker->shared == MAP_FAILED) {
        fail(pool, "no memory for a worker");
        return;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0) {
        munmap(worker->shared, sizeof(*worker->shared));
        fail(pool, "no socket for a worker");
        return;
    }
    /* Output that is buffered now would be written by parent and worker. */
    fflush(NULL);
    worker->pid = fork();
    if (worker->pid == 0) {
        close(sockets[0]);
        be_worker(pool, worker, sockets[1], parent);
    }
    close(sockets[1]);
    worker->socket = sockets[0];
    worker->since = time_now();
    if (worker->pid < 0) {
        worker->pid = 0;
        close(worker->socket);
        munmap(worker->shared, sizeof(*worker->shared));
        fail(pool, "cannot start a worker");
        return;
    }
    setpgid(worker->pid, worker->pid);
}

static void take_answer(struct sweep_pool *pool, struct sweep_worker *worker, const struct sweep_message *message)
{
    *HS_PUSH(worker->numbers, worker->n_numbers) =
        sweep_answers_put(&pool->tally->answers, (enum verdict)message->verdict, message->text);
}

static void take_message(struct sweep_pool *pool, struct sweep_worker *worker, struct sweep_message *message)
{
    switch (message->kind) {
    case SWEEP_WANTS:
        worker->waits = true;
        break;
    case SWEEP_ANSWER:
        if (message->verdict < VERDICT_COUNT) {
            take_answer(pool, worker, message);
        }
        break;
    case SWEEP_FAILED:
        worker->has_told = true;
        note_failure(pool, message->text);
        break;
    default:
        worker->has_told = true;
        fail(pool, message->text);
        break;
    }
}

static void take_messages(struct sweep_pool *pool, struct sweep_worker *worker)
{
    struct sweep_message message;
    ssize_t n;

    for (;;) {
        n = recv(worker->socket, &message, sizeof(message), MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= (ssize_t)offsetof(struct sweep_message, text)) {
            return;
        }
        message.text[(size_t)n - offsetof(struct sweep_message, text) - 1] = 0;
        take_message(pool, worker, &message);
    }
}

static void take_results(struct sweep_pool *pool, struct sweep_worker *worker)
{
    uint32_t read = atomic_load_explicit(&worker->shared->read, memory_order_relaxed);
    uint32_t written = atomic_load_explicit(&worker->shared->written, memory_order_acquire);

    if (read == written) {
        return;
    }
    /* The answers' texts were sent before their numbers were used. */
    take_messages(pool, worker);
    for (; read != written; read++) {
        uint32_t cell = worker->shared->ring[read % SWEEP_RING].cell;
        uint32_t answer = worker->shared->ring[read % SWEEP_RING].answer;

        /* A loader that went wild inside the worker may have written here. */
        if (cell >= pool->tally->plan->cells || answer >= worker->n_numbers) {
            fail(pool, "a worker's results make no sense: its loader wrote where it should not");
            return;
        }
        sweep_tally_put(pool->tally, cell, worker->numbers[answer]);
        pool->failures = 0;
    }
    atomic_store_explicit(&worker->shared->read, read, memory_order_release);
}

static void give_piece(struct sweep_pool *pool, struct sweep_worker *worker)
{
    /* A worker asks when all results of its last piece are in the ring: they are taken first. */
    take_results(pool, worker);
    if (sweep_tally_take(pool->tally, pool->n, &worker->piece)) {
        worker->waits = false;
        /* A worker that has died meanwhile is noticed in the next turn. */
        send(worker->socket, &worker->piece, sizeof(worker->piece), MSG_NOSIGNAL);
    } else {
        worker->piece = (struct sweep_piece){ 0 };
    }
}

static void clear_worker(struct sweep_worker *worker)
{
    close(worker->socket);
    munmap(worker->shared, sizeof(*worker->shared));
    free(worker->numbers);
    memset(worker, 0, sizeof(*worker));
}

/* How a process ended: "SIGSEGV", "exit(3)". */
static void print_end(int status, char *text, size_t size)
{
    if (WIFSIGNALED(status)) {
        snprintf(text, size, "%s", loader_signal_name(WTERMSIG(status)));
    } else {
        snprintf(text, size, "exit(%d)", WEXITSTATUS(status));
    }
}

/* The verdict on a cell whose load, not a fast one, took the process with it. */
static void judge_end(struct sweep_pool *pool, const struct sweep_worker *worker, uint32_t cell, int status)
{
    enum verdict verdict = VERDICT_CRASHED;
    char end[32], text[SWEEP_TEXT];

    print_end(status, end, sizeof(end));
    snprintf(text, sizeof(text), "%s ended the loader's process", end);
    if (worker->was_silent) {
        /* The loader has limits of its own, which say what is hung; this one goes by the clock. */
        verdict = VERDICT_UNKNOWN;
        snprintf(text, sizeof(text), "no sign of life; the loader's process was killed");
    } else if (WIFSIGNALED(status) && loader_is_from_outside(WTERMSIG(status))) {
        verdict = VERDICT_UNKNOWN;
        snprintf(text, sizeof(text), "%s from outside ended the loader's process", end);
    }
    sweep_tally_put(pool->tally, cell, sweep_answers_put(&pool->tally->answers, verdict, text));
    pool->failures = 0;
}

static void explain_failure(struct sweep_pool *pool, const struct sweep_worker *worker, enum sweep_phase phase,
                            int status)
{
    static const char *const doing[] = {
        [SWEEP_OPENING] = "opening the loader", [SWEEP_REFERENCE] = "loading the undamaged stream",
        [SWEEP_FRESH] = "loading a stream without sections",
        [SWEEP_IDLE] = "between loads", [SWEEP_FAST] = "loading", [SWEEP_PLAIN] = "loading",
    };
    char end[32], text[SWEEP_TEXT];

    if (phase == SWEEP_FRESH && ++pool->fresh_failures > 1) {
        /*
         * Once may be an accident; a second time, this loader cannot load a stream without sections.  Without it a
         * message only lacks which sections were never loaded.
         */
        pool->job.with_fresh = false;
        pool->failures = 0;
        return;
    }
    print_end(status, end, sizeof(end));
    snprintf(text, sizeof(text), "a worker %s (%s) %s", worker->was_silent ? "gave no sign of life" : "died", end,
             phase <= SWEEP_PLAIN ? doing[phase] : "");
    note_failure(pool, text);
}

/* A worker ended: judges the cell that it was at, and hands back the rest of its piece. */
static void take_end(struct sweep_pool *pool, struct sweep_worker *worker, int status)
{
    enum sweep_phase phase = atomic_load(&worker->shared->pulse.phase);
    uint32_t at = atomic_load(&worker->shared->at);
    struct sweep_piece rest;

    take_messages(pool, worker);
    take_results(pool, worker);
    rest = worker->piece;
    if (!worker->has_told && at - 1 >= rest.first && at - 1 < rest.end && !pool->tally->results[at - 1] &&
        (phase == SWEEP_FAST || phase == SWEEP_PLAIN)) {
        if (phase == SWEEP_FAST) {
            sweep_tally_return(pool->tally, (struct sweep_piece){ at, rest.end, rest.plainly });
            rest = (struct sweep_piece){ at - 1, at, true };
        } else {
            judge_end(pool, worker, at - 1, status);
        }
    } else if (!worker->has_told && !atomic_load(&worker->shared->stop)) {
        explain_failure(pool, worker, phase, status);
    }
    sweep_tally_return(pool->tally, rest);
    clear_worker(worker);
}

static void kill_worker(const struct sweep_worker *worker)
{
    /* With all that the loader started. */
    kill(-worker->pid, SIGKILL);
    kill(worker->pid, SIGKILL);
}

uint64_t sweep_silence_ms(const struct sweep_job *job)
{
    return (uint64_t)job->timeout_ms * LOADER_PATIENCE + (job->grace_ms ? job->grace_ms : LOADER_WORKER_GRACE_MS);
}

static void watch(struct sweep_pool *pool, struct sweep_worker *worker)
{
    uint32_t phase = atomic_load(&worker->shared->pulse.phase), loads = atomic_load(&worker->shared->pulse.loads);
    double limit = (double)sweep_silence_ms(&pool->job) / 1000.0, now = time_now();

    if (loads != worker->loads || phase == SWEEP_IDLE) {
        worker->loads = loads;
        worker->since = now;
    } else if (now - worker->since > limit && !worker->was_silent) {
        worker->was_silent = true;
        kill_worker(worker);
    }
}

static void serve(struct sweep_pool *pool, struct sweep_worker *worker)
{
    int status;

    take_messages(pool, worker);
    take_results(pool, worker);
    if (worker->waits && !pool->has_failed) {
        give_piece(pool, worker);
    }
    if (waitpid(worker->pid, &status, WNOHANG) == worker->pid) {
        take_end(pool, worker, status);
    } else {
        watch(pool, worker);
    }
}

void sweep_pool_turn(struct sweep_pool *pool)
{
    struct pollfd fds[SWEEP_WORKERS];
    nfds_t n = 0;

    for (unsigned i = 0; i < pool->n && !pool->has_failed; i++) {
        if (!pool->workers[i].pid && sweep_tally_has_more(pool->tally)) {
            start(pool, &pool->workers[i]);
        }
    }
    for (unsigned i = 0; i < pool->n; i++) {
        if (pool->workers[i].pid) {
            fds[n++] = (struct pollfd){ .fd = pool->workers[i].socket, .events = POLLIN };
        }
    }
    poll(fds, n, TURN_MS);
    for (unsigned i = 0; i < pool->n; i++) {
        if (pool->workers[i].pid) {
            serve(pool, &pool->workers[i]);
        }
    }
}

void sweep_pool_end(struct sweep_pool *pool)
{
    double deadline = time_now() + END_MS / 1000.0;

    for (unsigned i = 0; i < pool->n; i++) {
        if (pool->workers[i].pid) {
            atomic_store(&pool->workers[i].shared->stop, 1);
            shutdown(pool->workers[i].socket, SHUT_WR);
        }
    }
    for (unsigned i = 0; i < pool->n; i++) {
        struct sweep_worker *worker = &pool->workers[i];
        int status;

        while (worker->pid && waitpid(worker->pid, &status, WNOHANG) == 0) {
            take_messages(pool, worker);
            take_results(pool, worker);
            if (time_now() > deadline) {
                kill_worker(worker);
                waitpid(worker->pid, &status, 0);
                break;
            }
            usleep(2000);
        }
        if (worker->pid) {
            take_messages(pool, worker);
            take_results(pool, worker);
            clear_worker(worker);
        }
    }
}

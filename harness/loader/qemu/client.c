/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Supervises a served QEMU: hands over requests, waits for answers, starts it again when it is gone. */
#include "harness/loader/qemu/client.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/loader/qemu/answer.h"
#include "harness/loader/qemu/command_line.h"
#include "harness/loader/qemu/memory.h"
#include "harness/loader/qemu/message.h"
#include "harness/loader/qemu/object.h"
#include "harness/loader/qemu/platform.h"
#include "harness/loader/qemu/process.h"
#include "harness/loader/qemu/program.h"
#include "harness/loader/qemu/protocol.h"
#include "harness/loader/qemu/refusal.h"
#include "harness/loader/qemu/request.h"
#include "harness/loader/qemu/shape.h"
#include "harness/loader/qemu/slow.h"
#include "harness/message/reflect.h"
#include "harness/wire/vmdesc.h"

struct qemu_loader {
    struct loader loader;
    Hardstop__Setup *setup;
    struct command_line command;
    char *preload;
    struct object_word preloaded; /* as it is told */
    uint64_t memory_limit;
    struct process process;
    struct program program;
    struct refusal refusal; /* of the last start that failed */
    int socket;
    struct memory memory;
    struct protocol_shared *shared; /* in it */
    int file; /* of which streams are made, or -1; borrowed */
    struct loader_counters *counters; /* or NULL; borrowed */
    struct builder behind; /* device sections, in a whole stream */
    bool has_behind;
    unsigned starts;
    char name[32]; /* "QEMU 7.2.22" */
    struct answer_room room;
};

static struct qemu_loader *of(struct loader *loader)
{
    return (struct qemu_loader *)loader;
}

static void stop(struct qemu_loader *qemu)
{
    process_kill(&qemu->process);
    if (qemu->socket >= 0) {
        close(qemu->socket);
        qemu->socket = -1;
    }
}

static int tell(struct qemu_loader *qemu)
{
    program_tell(&qemu->program, qemu->shared);
    return message_send(qemu->socket, PROTOCOL_TOLD);
}

static void take_counters(struct qemu_loader *qemu)
{
    uint64_t first = qemu->shared->program.counters.first, n = qemu->shared->program.counters.n;

    if (qemu->counters && n && first <= qemu->counters->size && n <= qemu->counters->size - first) {
        qemu->counters->first = first;
        qemu->counters->n = n;
        memcpy(qemu->counters->program, qemu->shared->program.path, sizeof(qemu->counters->program) - 1);
    }
}

/* A QEMU without the object never says a word, and is not waited for. */
static int receive_first(struct qemu_loader *qemu)
{
    struct patience patience = patience_by_clock(LOADER_START_MS);
    int message;

    do {
        message = message_receive(qemu->socket, LOADER_LOOK_MS);
        if (message == 0 && shape_is_without(qemu->process.pid, TRACES_PART, qemu->preload)) {
            return REFUSAL_NOT_THERE;
        }
    } while (message == 0 && !patience_is_over(&patience));
    return message;
}

/* Waits for the messages of a start.  A wrapper may first have asked its QEMU something, such as its version. */
static int await_ready(struct qemu_loader *qemu, struct hs_error *err)
{
    int message = receive_first(qemu);

    while (message == PROTOCOL_HELLO || (message == PROTOCOL_ASK && tell(qemu) == 0)) {
        message = message_receive(qemu->socket, LOADER_START_MS);
    }
    if (message == PROTOCOL_READY) {
        snprintf(qemu->name, sizeof(qemu->name), "QEMU %" PRId64 ".%" PRId64 ".%" PRId64, qemu->shared->version[0],
                 qemu->shared->version[1], qemu->shared->version[2]);
        take_counters(qemu);
        qemu->room.has_no_reports = !program_sanitizers(qemu->shared->program.path)->may_report;
        return 0;
    }
    process_read_errors(&qemu->process, qemu->room.text, sizeof(qemu->room.text));
    qemu->refusal = refusal_explain(message, qemu->shared, qemu->command.path, qemu->setup, qemu->room.text, err);
    return -1;
}

static int start_once(struct qemu_loader *qemu, struct hs_error *err)
{
    /* Symbols bound while QEMU starts are not bound again in the child of each load. */
    const char *const environment[] = { "LD_PRELOAD", qemu->preloaded.text, "LD_BIND_NOW", "1", PROTOCOL_ENV, "1",
                                        NULL };
    struct process_given given = { .environment = environment };
    int pair[2], result;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        return hs_fail(err, HS_NO_OFFSET, "no socket pair: %s", strerror(errno));
    }
    qemu->socket = pair[0];
    /* Of a server that is gone. */
    memset(&qemu->shared->runner, 0, sizeof(qemu->shared->runner));
    process_give(&given, pair[1], PROTOCOL_FD_SOCKET);
    process_give(&given, qemu->memory.control, PROTOCOL_FD_CONTROL);
    process_give(&given, qemu->memory.input, PROTOCOL_FD_INPUT);
    process_give(&given, qemu->memory.output, PROTOCOL_FD_OUTPUT);
    process_give(&given, qemu->file, PROTOCOL_FD_FILE);
    process_give(&given, qemu->counters ? qemu->counters->fd : -1, PROTOCOL_FD_COUNTERS);
    result = process_start(&qemu->process, qemu->command.path, &qemu->command.arguments, &given, err);
    close(pair[1]);
    return result < 0 ? -1 : await_ready(qemu, err);
}

static int start(struct qemu_loader *qemu, struct hs_error *err)
{
    int result = start_once(qemu, err);

    /* Somebody who kills it before it can say a word decides nothing either. */
    if (result < 0 && process_was_killed(&qemu->process)) {
        stop(qemu);
        result = start_once(qemu, err);
        if (result < 0 && process_was_killed(&qemu->process)) {
            hs_fail(err, HS_NO_OFFSET, "%s: something killed it while it started, twice", qemu->command.path);
        }
    }
    if (result < 0) {
        stop(qemu);
        return -1;
    }
    qemu->starts++;
    /* What QEMU says while it starts is no answer to a load. */
    process_read_errors(&qemu->process, qemu->room.text, sizeof(qemu->room.text));
    return 0;
}

static int open_memory(struct qemu_loader *qemu, struct hs_error *err)
{
    if (memory_open(&qemu->memory, err) < 0) {
        return -1;
    }
    qemu->shared = qemu->memory.shared;
    qemu->shared->request.platform = platform_of(qemu->setup);
    qemu->shared->program.counters.size = qemu->counters ? qemu->counters->size : 0;
    return 0;
}

/* Starts it, unless it is known to let nothing in. */
static int enter(struct qemu_loader *qemu, struct hs_error *err)
{
    const char *why = program_closed(qemu->command.path);

    qemu->refusal.closed = why != NULL;
    return why ? hs_fail(err, HS_NO_OFFSET, "%s: %s", qemu->command.path, why) : start(qemu, err);
}

struct loader *qemu_open(const Hardstop__Setup *setup, enum trust trust, const struct loader_options *options,
                         struct hs_error *err)
{
    struct qemu_loader *qemu = hs_alloc(sizeof(*qemu));
    struct hs_error why = { .text = "" };

    qemu->loader.class = &qemu_class;
    qemu->socket = qemu->file = qemu->preloaded.folder = -1;
    qemu->memory = (struct memory)MEMORY_INIT;
    qemu->setup = (Hardstop__Setup *)reflect_clone(&setup->base);
    qemu->memory_limit = options && options->memory_limit ? options->memory_limit : LOADER_MEMORY_LIMIT;
    qemu->counters = options ? options->counters : NULL;
    if (command_line_prepare(&qemu->command, setup, trust, &why) == 0) {
        arguments_add(&qemu->command.arguments, "-trace");
        arguments_add(&qemu->command.arguments, TRACES_FULL);
        arguments_add(&qemu->command.arguments, "-trace");
        arguments_add(&qemu->command.arguments, TRACES_PART);
        qemu->preload = options && options->preload ? hs_strdup(options->preload) : object_path(&why);
    }
    if (!qemu->preload || object_word_of(qemu->preload, &qemu->preloaded, &why) < 0 ||
        open_memory(qemu, &why) < 0 || enter(qemu, &why) < 0) {
        const char *object = qemu->refusal.takes_object ? qemu->preload : NULL;
        struct loader *slow =
            qemu->refusal.closed ? slow_open(setup, options, object, hs_reason(&why, qemu->command.path), err) : NULL;

        if (!slow) {
            /* What it then said tells less. */
            hs_fail(err, HS_NO_OFFSET, "%s", why.text);
        }
        loader_close(&qemu->loader);
        return slow;
    }
    return &qemu->loader;
}

/* A damaged QEMU may have written any number where the runner's should be. */
static bool is_ours(const struct qemu_loader *qemu, pid_t pid)
{
    return pid > 0 && pid != qemu->process.pid && getpgid(pid) == qemu->process.pid;
}

/* The process that is at a fast load; 0: none, or its load is over.  `message` gets what comes meanwhile. */
static pid_t busy_runner(struct qemu_loader *qemu, int *message)
{
    pid_t pid;

    *message = 0;
    /* The server may not have said yet which it is. */
    if (qemu->shared->runner.busy && qemu->shared->runner.pid <= 0) {
        *message = message_receive(qemu->socket, LOADER_STACK_MS);
    }
    pid = qemu->shared->runner.pid;
    return !*message && qemu->shared->runner.busy && is_ours(qemu, pid) ? pid : 0;
}

/* Ends a fast load whose time is up; what the server then sends. */
static int end_runner(struct qemu_loader *qemu)
{
    int message;
    pid_t pid = busy_runner(qemu, &message);

    if (!pid) {
        return message ? message : message_receive(qemu->socket, LOADER_GRACE_MS);
    }
    qemu->shared->answer.timed_out = 1;
    /* A load that still obeys signals shows where it spins. */
    kill(pid, SIGABRT);
    message = message_receive(qemu->socket, LOADER_STACK_MS);
    if (!message) {
        kill(pid, SIGKILL);
        message = message_receive(qemu->socket, LOADER_GRACE_MS);
    }
    /* Said again: a load that was late in beginning has wiped it out.  One that came to its end has answered. */
    qemu->shared->answer.timed_out = qemu->shared->answer.phase != PROTOCOL_PHASE_FINISHED;
    if (qemu->shared->answer.timed_out) {
        qemu->shared->answer.signal = 0;
        qemu->shared->answer.fault_address = 0;
    }
    return message;
}

/* One load in the server; -1 when the server is gone. */
static int run(struct qemu_loader *qemu)
{
    int limit = (int)qemu->shared->request.timeout_ms;
    int message;

    if (message_send(qemu->socket, PROTOCOL_LOAD) < 0) {
        return -1;
    }
    limit = qemu->shared->request.fast ? limit : LOADER_PATIENCE * limit + LOADER_GRACE_MS;
    message = message_receive(qemu->socket, limit);
    if (message == 0 && qemu->shared->request.fast) {
        message = end_runner(qemu);
    }
    return message == PROTOCOL_DONE ? 0 : -1;
}

static int load(struct qemu_loader *qemu, const struct loader_input *input, const struct builder *behind,
                struct loader_answer *answer, struct hs_error *err)
{
    const struct mapped *view = request_file(input);
    int status;

    if (view && view->fd != qemu->file) {
        /* It is handed over at the start. */
        stop(qemu);
        qemu->file = view->fd;
    }
    qemu->shared->request.memory_limit = qemu->memory_limit;
    if (request_write(qemu->shared, qemu->memory.control, qemu->memory.input, input, behind, err) < 0) {
        return -1;
    }
    /* The server survives its loads: when it is gone, somebody killed it, and the load is done again. */
    for (int attempt = 0; attempt < 2; attempt++) {
        if (qemu->socket < 0 && start(qemu, err) < 0) {
            return -1;
        }
        if (run(qemu) < 0) {
            stop(qemu);
            hs_fail(err, HS_NO_OFFSET, "%s died twice while it served one load", qemu->command.path);
        } else if (!loader_is_from_outside(qemu->shared->answer.signal) || attempt) {
            process_read_errors(&qemu->process, qemu->room.text, sizeof(qemu->room.text));
            if (view && mapped_check(view, err) < 0) {
                return -1;
            }
            status = answer_read(&qemu->room, qemu->shared, qemu->memory.output, answer, err);
            program_name_answer(&qemu->program, qemu->shared, answer);
            return status;
        }
    }
    return -1;
}

/*
 * What QEMU sends behind its devices: it is asked to save its state as it is before any load.  The description of a
 * stream that is captured of the setup is the same.
 */
static int find_behind(struct qemu_loader *qemu, struct hs_error *err)
{
    const struct loader_input nothing = { .bytes = loader_nothing, .size = sizeof(loader_nothing) };
    struct loader_answer answer = { 0 };
    size_t at = SIZE_MAX;
    int result;

    qemu->shared->request.as_sent = true;
    result = load(qemu, &nothing, &qemu->behind, &answer, err);
    qemu->shared->request.as_sent = false;
    if (result == 0) {
        at = vmdesc_find(answer.saved, answer.saved_size);
        qemu->has_behind = true;
    }
    if (at != SIZE_MAX) {
        builder_put(&qemu->behind, answer.saved + at, answer.saved_size - at);
    }
    return result;
}

static int qemu_load(struct loader *loader, const struct loader_input *input, struct loader_answer *answer,
                     struct hs_error *err)
{
    static const struct builder nothing;
    struct qemu_loader *qemu = of(loader);
    bool goes_on = !input->cut && !loader_input_is_whole(input);

    memset(answer, 0, sizeof(*answer));
    answer->text = answer->section = answer->loaded = "";
    if (goes_on && !qemu->has_behind && find_behind(qemu, err) < 0) {
        return -1;
    }
    return load(qemu, input, goes_on ? &qemu->behind : &nothing, answer, err);
}

static void qemu_close(struct loader *loader)
{
    struct qemu_loader *qemu = of(loader);

    stop(qemu);
    memory_close(&qemu->memory);
    hardstop__setup__free_unpacked(qemu->setup, NULL);
    command_line_clear(&qemu->command);
    builder_clear(&qemu->behind);
    program_close(&qemu->program);
    free(qemu->preload);
    object_word_clear(&qemu->preloaded);
    free(qemu->room.saved);
    traces_clear(&qemu->room.traces);
    builder_clear(&qemu->room.printed);
    builder_clear(&qemu->room.used);
    builder_clear(&qemu->room.written);
    free(qemu);
}

static const char *qemu_name(const struct loader *loader)
{
    return ((const struct qemu_loader *)loader)->name;
}

const struct loader_class qemu_class = {
    .load = qemu_load,
    .name = qemu_name,
    .close = qemu_close,
};

pid_t qemu_pid(const struct loader *loader)
{
    return ((const struct qemu_loader *)loader)->process.pid;
}

unsigned qemu_restarts(const struct loader *loader)
{
    return ((const struct qemu_loader *)loader)->starts - 1;
}
